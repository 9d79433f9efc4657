/* What the library shows. Included by the other headers. */
#ifndef MIEN_VISIBILITY_H
#define MIEN_VISIBILITY_H

#if defined(__GNUC__)
#define MIEN_API __attribute__((visibility("default")))
#else
#define MIEN_API
#endif

#endif
