/* Runs before the page is drawn: tells the styles that JavaScript is there. */
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
