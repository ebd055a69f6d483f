#include "common/person_keys/key_rotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/person_keys/wrapped_key.h"
#include "common/store_memory/memory_store.h"
#include "tests/testing/store_words.h"

namespace nwd::person_keys {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const crypto::WrappingKey kFirst{1, std::string(32, 'a')}, kSecond{2, std::string(32, 'b')},
    kThird{3, std::string(32, 'c')};
constexpr int kPeople = 2 * kRotationPageKeys + 100;

using Keys = std::vector<crypto::WrappingKey>;

class KeyRotationTest : public ::testing::Test {
 protected:
  // What a start of the program has: the same store, an empty cache, and what its key file holds.
  struct Program {
    Program(store::Store& store, const Keys& keys) : people(store, keys), rotation(people) {}
    PersonKeys people;
    KeyRotation rotation;
  };
  std::unique_ptr<Program> Start(const Keys& keys) {
    auto program = std::make_unique<Program>(store_, keys);
    EXPECT_TRUE(async::BlockOn(program->rotation.Use(keys)).ok());
    return program;
  }
  absl::Status StartError(const Keys& keys) {
    Program program(store_, keys);
    return async::BlockOn(program.rotation.Use(keys));
  }

  // Registers people, and seals something under each one's key.
  void Register(Program& program, int people) {
    for (int i = 0; i < people; ++i) {
      const ids::Uuid person = ids::Uuid::Random();
      const auto key = async::BlockOn(program.people.Ensure(person));
      ASSERT_TRUE(key.ok()) << key.status();
      sealed_.emplace_back(person, (*key)->Seal("text", "data"));
    }
  }
  // Everybody's key is the one it was.
  void ExpectAllOpen(Program& program) {
    for (const auto& [person, sealed] : sealed_) {
      const auto key = async::BlockOn(program.people.Find(person));
      ASSERT_TRUE(key.ok()) << key.status();
      ASSERT_TRUE((*key)->Open(sealed, "data").ok());
    }
  }
  static RotationPage Rewrap(Program& program, const std::string& from = "") {
    auto page = async::BlockOn(program.rotation.Rewrap(from));
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : RotationPage();
  }
  static RotationPage RewrapAll(Program& program) {
    RotationPage all, page;
    do {
      page = Rewrap(program, page.next);
      all.keys += page.keys;
      all.rewrapped += page.rewrapped;
      all.damaged += page.damaged;
    } while (!page.next.empty());
    if (all.damaged == 0) {
      EXPECT_TRUE(async::BlockOn(program.rotation.LetOldOnesGo()).ok());
    }
    return all;
  }
  static KeyCounts Count(Program& program) { return *async::BlockOn(program.rotation.Count()); }

  store::MemoryStore store_;
  std::vector<std::pair<ids::Uuid, std::string>> sealed_;
};

TEST_F(KeyRotationTest, PutsAllKeysUnderTheNewestAndTheOldLineMayGo) {
  auto before = Start({kFirst, kSecond});
  Register(*before, kPeople);
  EXPECT_THAT(Count(*before), UnorderedElementsAre(Pair(2, kPeople)));

  auto program = Start({kFirst, kSecond, kThird});
  const RotationPage all = RewrapAll(*program);
  EXPECT_EQ(all.keys, kPeople);
  EXPECT_EQ(all.rewrapped, kPeople);
  EXPECT_THAT(Count(*program), UnorderedElementsAre(Pair(3, kPeople)));
  ExpectAllOpen(*program);

  auto after = Start({kFirst, kThird});
  ExpectAllOpen(*after);
}

TEST_F(KeyRotationTest, LeavesTheRootsKeyForOthersToDeriveFrom) {
  auto before = Start({kFirst});
  Register(*before, 3);
  EXPECT_EQ(testing::Scan(store_, store::PrefixRange(WrappingKeyRows())).size(), 0u)
      << "the folder's mark stands for it";
  auto program = Start({kFirst, kSecond});
  EXPECT_EQ(RewrapAll(*program).rewrapped, 3);
  ExpectAllOpen(*Start({kFirst, kSecond}));
}

TEST_F(KeyRotationTest, WhatComesMeanwhileIsUnderTheNewestAtOnce) {
  auto program = Start({kFirst});
  Register(*program, kPeople);
  ASSERT_TRUE(async::BlockOn(program->rotation.Use({kFirst, kSecond})).ok()) << "in the program that runs";
  const RotationPage page = Rewrap(*program);
  Register(*program, 50);
  ASSERT_FALSE(page.next.empty());
  EXPECT_EQ(Count(*program)[2], page.rewrapped + 50);
  EXPECT_EQ(Count(*program)[1], kPeople - page.rewrapped);
  ExpectAllOpen(*program);
}

TEST_F(KeyRotationTest, RegistrationsAndReadsGoOnBesideIt) {
  auto program = Start({kFirst});
  Register(*program, kPeople);
  std::vector<ids::Uuid> came(200);
  testing::RunTogether(static_cast<int>(came.size()) + 1, [&](int i) -> async::Task<void> {
    if (i == 0) {
      const Keys keys = {kFirst, kSecond};
      EXPECT_TRUE((co_await program->rotation.Use(keys)).ok());
      std::string from;
      do {
        const auto page = co_await program->rotation.Rewrap(from);
        EXPECT_TRUE(page.ok()) << page.status();
        from = page->next;
      } while (!from.empty());
      co_return;
    }
    came[i - 1] = ids::Uuid::Random();
    const auto made = co_await program->people.Ensure(came[i - 1]);
    EXPECT_TRUE(made.ok()) << made.status();
    const auto found = co_await program->people.Find(sealed_[i].first);
    EXPECT_TRUE(found.ok() && (*found)->Open(sealed_[i].second, "data").ok());
  });
  // Those that came before the new key was in use and behind the rotation's back would be left under the old one.
  RewrapAll(*program);
  EXPECT_THAT(Count(*program), UnorderedElementsAre(Pair(2, kPeople + 200)));
  auto restarted = Start({kFirst, kSecond});
  for (const ids::Uuid& person : came) EXPECT_TRUE(async::BlockOn(restarted->people.Find(person)).ok());
}

TEST_F(KeyRotationTest, OneThatWasCutOffIsRepeatedAndPassesOverWhatIsDone) {
  auto cut_off = Start({kFirst, kSecond});
  Register(*cut_off, kPeople);
  cut_off = Start({kFirst, kSecond, kThird});
  EXPECT_EQ(Rewrap(*cut_off).rewrapped, kRotationPageKeys);

  auto program = Start({kFirst, kSecond, kThird});
  ExpectAllOpen(*program);
  const RotationPage all = RewrapAll(*program);
  EXPECT_EQ(all.keys, kPeople);
  EXPECT_EQ(all.rewrapped, kPeople - kRotationPageKeys);
  EXPECT_EQ(RewrapAll(*program).rewrapped, 0) << "a third time";
}

TEST_F(KeyRotationTest, AKeyFileThatLostALineInUseIsNoticedAtTheStart) {
  Register(*Start({kFirst, kSecond}), 3);
  for (const Keys& keys : {Keys{kFirst}, Keys{kFirst, kThird}, Keys{kFirst, {2, std::string(32, 'x')}}}) {
    const absl::Status refused = StartError(keys);
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("key 2 of the hub's key file"));
  }
  // In the middle of a rotation both are in use.
  auto program = Start({kFirst, kSecond, kThird});
  Rewrap(*program);
  EXPECT_EQ(StartError({kFirst, kThird}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(StartError({kFirst, kSecond}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(StartError({kFirst, kSecond, kThird}).ok());
}

TEST_F(KeyRotationTest, ARefusedFileChangesNothingInTheProgramThatRuns) {
  auto program = Start({kFirst, kSecond});
  Register(*program, 3);
  EXPECT_EQ(async::BlockOn(program->rotation.Use({kFirst})).code(), absl::StatusCode::kFailedPrecondition);
  Register(*program, 3);
  EXPECT_THAT(Count(*program), UnorderedElementsAre(Pair(2, 6)));
  ExpectAllOpen(*Start({kFirst, kSecond}));
}

TEST_F(KeyRotationTest, ADamagedKeyIsCountedLeftAsItIsAndStopsNoOther) {
  auto program = Start({kFirst, kSecond});
  Register(*program, 5);
  const std::string row = WrappedKeyRow(sealed_[2].first);
  std::string damaged = testing::Get(store_, row);
  damaged.back() ^= 1;
  auto damage = [&](store::Txn& txn) {
    txn.Put(row, damaged);
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(store_.Update(damage)).ok());

  program = Start({kFirst, kSecond, kThird});
  const RotationPage all = RewrapAll(*program);
  EXPECT_EQ(all.damaged, 1);
  EXPECT_EQ(all.rewrapped, 4);
  EXPECT_EQ(testing::Get(store_, row), damaged);
  EXPECT_FALSE(StartError({kFirst, kThird}).ok()) << "its line is still needed, should the key be mended";
}

TEST_F(KeyRotationTest, AKeyThatIsDestroyedMeanwhileStaysDestroyed) {
  auto program = Start({kFirst});
  Register(*program, 3);
  ASSERT_TRUE(async::BlockOn(program->rotation.Use({kFirst, kSecond})).ok());
  ASSERT_TRUE(async::BlockOn(program->people.Destroy(sealed_[1].first)).ok());
  EXPECT_EQ(RewrapAll(*program).keys, 2);
  EXPECT_TRUE(absl::IsNotFound(async::BlockOn(program->people.Find(sealed_[1].first)).status()));
}

}  // namespace
}  // namespace nwd::person_keys
