/* For messages: the known name closest to a mistyped one. */
#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

const char *nearest_group(const char *name);
const char *nearest_option(const char *group, const char *name); /* among the group's options */

#endif
