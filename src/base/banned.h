/* banned.h - calls that have no place here, refused by the compiler.
 * Forced into every file of src/ by the build (-include). */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atof gets
#pragma GCC poison localtime gmtime ctime asctime rand srand

#endif
