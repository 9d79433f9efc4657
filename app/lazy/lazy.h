/* Libraries that are loaded when a function of theirs is first called. A command that opens no
 * window then starts without those that do, and --help without nearly all.
 *
 * Each group of libraries has a list of functions, NAME.list, from which stubs.sh makes stubs of
 * the same names: whoever calls one comes here once, and from then on jumps straight on. The linker
 * drops a library whose functions are all stubs, so one that is missing from a list costs only
 * time. The group's module is an empty library that depends on the real ones, as packagers' tools
 * expect. Modules alone would need a table of pointers and a macro for each of 200 functions. */
#ifndef APP_LAZY_H
#define APP_LAZY_H

/* One group; the stubs have it. */
struct lazy_group {
    const char *module, *const *names;
    void **functions; /* NULL until known */
};

/* Called by the stubs, from any thread. Ends the program where the module or the function is not
 * there: the caller has no way to hear of it. */
void *lazy_find(const struct lazy_group *group, unsigned index);

#endif
