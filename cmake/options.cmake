# Language level, warnings and sanitizers: the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_COMPILE_OPTIONS_PIE "-fPIC")   # programs too: libraries and programs share precompiled headers
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# -g1 keeps symbolised stacks without the link time of full debug information.
# Assertions stay on in every build: a service that holds these records stops rather than guesses.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")

set(NWD_SANITIZER "" CACHE STRING "address or thread; empty for none")
if(NWD_SANITIZER)
  add_compile_options(-fsanitize=${NWD_SANITIZER} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${NWD_SANITIZER})
endif()
if(NWD_SANITIZER STREQUAL thread)
  # Protobuf's maps are laid out otherwise under this macro, and Debian's library is built without. libstdc++ keeps its own.
  add_compile_options(-U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror)
add_compile_options(-Wno-array-bounds -Wno-restrict)   # g++ 12 sees ghosts in std::string at -O2
if(NWD_SANITIZER)
  add_compile_options(-Wno-error)   # and many more of them in what a sanitizer adds; the plain build is the one that warns
endif()
add_compile_options(-fcoroutines)

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers hit only when ccache looks past their defines and times.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  add_compile_options(-fpch-preprocess)
endif()
