/* Nothing: the module is there for what it depends on. */
extern const int mien_module;
const int mien_module = 1;
