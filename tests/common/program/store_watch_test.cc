#include "common/program/store_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/log/capture.h"
#include "common/store_memory/memory_store.h"

namespace nwd::program {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(StoreWatch, AStoreThatFailsIsSaidOnceWithItsNameAndTheCause) {
  log::Capture log;
  store::MemoryStore data, keys;
  StoreWatch watch({{"data", &data}, {"keys", &keys}});
  EXPECT_TRUE(watch.Healthy());
  EXPECT_THAT(log.Lines(), IsEmpty());
  keys.Break();
  EXPECT_FALSE(watch.Healthy());
  EXPECT_FALSE(watch.Healthy()) << "and it stays so";
  EXPECT_THAT(log.Lines(), ElementsAre(AllOf(HasSubstr("\"level\":\"error\""), HasSubstr("\"event\":\"store.failed\""),
                                             HasSubstr("\"store\":\"keys\""),
                                             HasSubstr("the store has failed and takes no more writes"))));
}

}  // namespace
}  // namespace nwd::program
