#include "common/crypto/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

namespace nwd::crypto {
namespace {

TEST(Random, NeverRepeatsAcrossSizesAndThreads) {
  std::mutex mutex;
  std::set<std::string> seen;
  size_t drawn = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (const size_t size_bytes : {16, 32, 255, 256, 1024, 5000}) {
        for (int i = 0; i < 200; ++i) {
          std::string bytes = RandomBytes(size_bytes);
          const std::lock_guard lock(mutex);
          ++drawn;
          seen.insert(bytes.substr(0, 16));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), drawn);
}

TEST(Random, FillsEveryByte) {
  for (const size_t size_bytes : {1, 16, 300}) {
    std::vector<uint8_t> joined(size_bytes, 0);
    for (int round = 0; round < 20; ++round) {
      std::vector<uint8_t> bytes(size_bytes, 0);
      FillRandom(absl::MakeSpan(bytes));
      for (size_t i = 0; i < size_bytes; ++i) joined[i] |= bytes[i];
    }
    for (size_t i = 0; i < size_bytes; ++i) EXPECT_NE(joined[i], 0) << "byte " << i << " of " << size_bytes;
  }
  EXPECT_EQ(RandomBytes(0), "");
}

TEST(Random, AForkedChildDoesNotRepeatItsParent) {
  RandomBytes(16);  // so that this thread has drawn ahead
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string bytes = RandomBytes(16);
    _exit(write(ends[1], bytes.data(), bytes.size()) == 16 ? 0 : 1);
  }
  const std::string ours = RandomBytes(16);
  std::string theirs(16, '\0');
  ASSERT_EQ(read(ends[0], theirs.data(), theirs.size()), 16);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  close(ends[0]);
  close(ends[1]);
  EXPECT_NE(ours, theirs);
}

}  // namespace
}  // namespace nwd::crypto
