// The tests, and, when started with the writer's flag, the process they kill.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/crash/store/writer.h"

int main(int argc, char** argv) {
  if (argc == 5 && argv[1] == nwd::crash::kWriterFlag) {
    return nwd::crash::WriteUntilKilled(argv[2], std::strtoull(argv[3], nullptr, 10), std::atoi(argv[4]));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
