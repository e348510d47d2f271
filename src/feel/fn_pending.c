#include "feel/builtin.h"
const struct feel_family feel_family_pattern, feel_family_list, feel_family_list_change, feel_family_statistics, feel_family_time, feel_family_temporal, feel_family_range, feel_family_context;
