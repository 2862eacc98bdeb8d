#pragma once

#include <cstdio>
#include <cstdlib>

// A claim about any input: the fuzzer keeps the input that refutes it.
#define REQUIRE(claim)                                                                             \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #claim);                       \
            std::abort();                                                                          \
        }                                                                                          \
    } while (false)
