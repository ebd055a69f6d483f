// NWD_CHECK(condition): a contract that must hold for the program to go on. On in every build: a service that holds
// these records stops rather than guess. Prints the file, line and condition, never a value (values may be personal
// data), and aborts.
#pragma once

#include <cstdio>
#include <cstdlib>

#define NWD_CHECK(condition)                                                                \
  do {                                                                                      \
    if (!(condition)) [[unlikely]] {                                                        \
      std::fprintf(stderr, "%s:%d: contract broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                         \
    }                                                                                       \
  } while (false)
