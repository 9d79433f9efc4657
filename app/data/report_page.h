/* The parts of the HTML report that are the same in every one. */
#ifndef APP_REPORT_PAGE_H
#define APP_REPORT_PAGE_H

extern const char report_style[]; /* CSS */
extern const char
    report_script[]; /* JavaScript: values under the mouse, names, a table that sorts */

#endif
