#include "deploy/hub/shell.h"

#include <gtest/gtest.h>

namespace nwd::hub {
namespace {

TEST(ShellTest, AWordIsQuotedWhereAShellWouldSeeMoreInIt) {
  EXPECT_EQ(Quoted("/var/lib/nwd-1/hub.key"), "/var/lib/nwd-1/hub.key");
  EXPECT_EQ(Quoted("/a hub – ö"), "'/a hub – ö'");
  EXPECT_EQ(Quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(Quoted("$HOME;*"), "'$HOME;*'");
  EXPECT_EQ(Quoted(""), "''");
}

}  // namespace
}  // namespace nwd::hub
