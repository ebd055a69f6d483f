#include "common/tls/memory_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace nwd::tls {
namespace {

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

time_t ModificationTime(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_mtime : 0;
}

TEST(MemoryFileTest, ItsContentIsReadByPath) {
  const absl::StatusOr<MemoryFile> file = MemoryFile::Create("one");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Read(file->path()), "one");
  EXPECT_EQ(Read(file->path()), "one");
}

TEST(MemoryFileTest, ReplaceChangesContentAndTimeUnderTheSamePath) {
  absl::StatusOr<MemoryFile> file = MemoryFile::Create("a long first content");
  ASSERT_TRUE(file.ok()) << file.status();
  const std::string path = file->path();
  time_t last = ModificationTime(path);
  std::ifstream opened_before(path);
  for (const std::string content : {"two", "three"}) {
    ASSERT_TRUE(file->Replace(content).ok());
    EXPECT_EQ(file->path(), path);
    EXPECT_EQ(Read(path), content);
    EXPECT_GT(ModificationTime(path), last);
    last = ModificationTime(path);
  }
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(opened_before), {}), "a long first content");
}

TEST(MemoryFileTest, NothingIsLeftWhenItGoes) {
  std::string path;
  {
    MemoryFile file = *MemoryFile::Create("secret");
    MemoryFile moved = std::move(file);
    path = moved.path();
    EXPECT_EQ(Read(path), "secret");
  }
  EXPECT_EQ(Read(path), "");
}

}  // namespace
}  // namespace nwd::tls
