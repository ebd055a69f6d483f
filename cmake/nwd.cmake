# The kinds of target this project has: nwd_library, nwd_program and nwd_test take SRCS and DEPS; nwd_storage_proto makes
# the library of what a service keeps (that of the API's messages is made in proto/). Include paths start at the root of
# the repository, and a target's headers are named by their path from there.

# A small target whose precompiled header the others reuse: the standard library, Abseil and protobuf.
function(nwd_precompiled name header)
  file(WRITE ${CMAKE_BINARY_DIR}/${name}.cc "// Carries a precompiled header.\n")
  add_library(${name} STATIC ${CMAKE_BINARY_DIR}/${name}.cc)
  target_precompile_headers(${name} PRIVATE ${header})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARGN})
endfunction()

# Under the thread sanitizer every program carries what shows it the locks of Debian's Abseil.
if(NWD_SANITIZER STREQUAL thread)
  add_library(nwd_tsan OBJECT ${CMAKE_SOURCE_DIR}/cmake/tsan/absl_mutex.cc)
  target_link_libraries(nwd_tsan PUBLIC absl::synchronization absl::time ${CMAKE_DL_LIBS})
endif()
function(_nwd_sanitize name)
  if(TARGET nwd_tsan)
    target_link_libraries(${name} PRIVATE nwd_tsan)
  endif()
endfunction()

# nwd_library(name [GRPC] SRCS … DEPS …): GRPC only where a file includes gRPC headers.
function(nwd_library name)
  cmake_parse_arguments(ARG "GRPC" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SRCS})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  _nwd_reuse_pch(${name} "${ARG_GRPC}")
endfunction()

# nwd_program(name [GRPC] SRCS … DEPS …): with jemalloc, but for what a sanitizer watches.
function(nwd_program name)
  cmake_parse_arguments(ARG "GRPC" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  if(NOT NWD_SANITIZER)
    target_link_libraries(${name} PRIVATE PkgConfig::JEMALLOC)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  _nwd_reuse_pch(${name} "${ARG_GRPC}")
  _nwd_sanitize(${name})
endfunction()

# What the tests need that run in one process: all that a sanitized build makes.
add_custom_target(nwd_unit_tests)

# nwd_test(name [GRPC] SRCS … DEPS … [LABELS …] [TIMEOUT s]): one GoogleTest program, one ctest entry.
function(nwd_test name)
  cmake_parse_arguments(ARG "GRPC" "TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest GTest::gtest_main)
  if(ARG_GRPC)
    target_link_libraries(${name} PRIVATE nwd_pch_grpc_test)
    target_precompile_headers(${name} REUSE_FROM nwd_pch_grpc_test)
  else()
    target_link_libraries(${name} PRIVATE nwd_pch_test)
    target_precompile_headers(${name} REUSE_FROM nwd_pch_test)
  endif()
  _nwd_sanitize(${name})
  if(NOT ARG_LABELS MATCHES "e2e|crash")
    add_dependencies(nwd_unit_tests ${name})
  endif()
  # One ctest entry per program: a process start per case would cost more than the cases.
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  if(NWD_SANITIZER STREQUAL thread)
    # Debian's libraries are not built with the sanitizer: what happens inside them is theirs.
    set_tests_properties(${name} PROPERTIES ENVIRONMENT
                         "TSAN_OPTIONS=ignore_noninstrumented_modules=1 suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan/suppressions.txt")
  endif()
endfunction()

# nwd_storage_proto(name): services/<name>/storage.proto, what that service keeps, as library nwd_<name>_storage.
function(nwd_storage_proto name)
  set(out ${CMAKE_BINARY_DIR}/proto/services/${name}/storage.pb)
  add_custom_command(
    OUTPUT ${out}.cc ${out}.h
    COMMAND protobuf::protoc --cpp_out=${CMAKE_BINARY_DIR}/proto -I ${CMAKE_SOURCE_DIR} -I ${CMAKE_SOURCE_DIR}/proto
            services/${name}/storage.proto
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    DEPENDS ${CMAKE_SOURCE_DIR}/services/${name}/storage.proto
    VERBATIM)
  add_library(nwd_${name}_storage STATIC ${out}.cc)
  target_link_libraries(nwd_${name}_storage PUBLIC nwd_proto)
  target_compile_options(nwd_${name}_storage PRIVATE -w)
endfunction()

function(_nwd_reuse_pch name grpc)
  if(grpc)
    target_link_libraries(${name} PRIVATE nwd_pch_grpc)
    target_precompile_headers(${name} REUSE_FROM nwd_pch_grpc)
  else()
    target_link_libraries(${name} PRIVATE nwd_pch)
    target_precompile_headers(${name} REUSE_FROM nwd_pch)
  endif()
endfunction()

nwd_precompiled(nwd_pch ${CMAKE_SOURCE_DIR}/cmake/precompiled.h
                protobuf::libprotobuf absl::status absl::statusor absl::strings absl::str_format absl::time absl::flat_hash_map
                absl::flat_hash_set absl::btree absl::synchronization absl::any_invocable absl::span absl::function_ref
                Threads::Threads)
nwd_precompiled(nwd_pch_grpc ${CMAKE_SOURCE_DIR}/cmake/precompiled_grpc.h nwd_pch gRPC::grpc++)
nwd_precompiled(nwd_pch_test ${CMAKE_SOURCE_DIR}/cmake/precompiled_test.h nwd_pch GTest::gmock GTest::gtest)
nwd_precompiled(nwd_pch_grpc_test ${CMAKE_SOURCE_DIR}/cmake/precompiled_grpc_test.h nwd_pch_grpc GTest::gmock GTest::gtest)
