#include "common/audit/note.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

class NoteTest : public ::testing::Test {
 protected:
  static crypto::SigningKey KeyOf(char fill) { return *crypto::SigningKey::FromRaw(std::string(32, fill)); }
  std::vector<Verifier> Verifiers(const crypto::SigningKey& key) const {
    std::vector<Verifier> one;
    one.push_back(*ParseVerifier(VerifierText(checkpoint_.origin, key.verifying_key())));
    return one;
  }
  static std::string Replaced(const std::string& text, const std::string& from, const std::string& to) {
    EXPECT_NE(text.find(from), std::string::npos) << from;
    return absl::StrReplaceAll(text, {{from, to}});
  }
  const crypto::SigningKey old_ = KeyOf('o'), new_ = KeyOf('n'), stranger_ = KeyOf('s');
  const Checkpoint checkpoint_{OriginOf("hub.test", "consent", 3), 1234067, LeafHash("whatever")};
};

TEST_F(NoteTest, ACheckpointIsThreeLinesABlankOneAndASignature) {
  const std::string note = SignCheckpoint(checkpoint_, std::vector{&old_});
  const std::string text =
      Cat("nwd/hub.test/consent/3\n1234067\n", absl::Base64Escape(AbslView(crypto::View(checkpoint_.root))), "\n");
  EXPECT_EQ(TextOf(checkpoint_), text);
  ASSERT_TRUE(note.starts_with(text + "\n\xe2\x80\x94 nwd/hub.test/consent/3 ")) << note;
  // As the specification has it, put together by hand.
  const std::string encoded = note.substr(note.rfind(' ') + 1, note.size() - note.rfind(' ') - 2);
  std::string signature;
  ASSERT_TRUE(absl::Base64Unescape(encoded, &signature));
  const crypto::Digest id = crypto::Sha256(Cat("nwd/hub.test/consent/3\n", "\x01", old_.verifying_key().raw()));
  EXPECT_EQ(signature.substr(0, 4), crypto::View(id).substr(0, 4));
  EXPECT_EQ(signature.substr(4), old_.Sign(text));
  EXPECT_EQ(*OpenCheckpoint(note, Verifiers(old_)), checkpoint_);
}

TEST_F(NoteTest, WhileAKeyIsRotatedWhoeverHasEitherCanVerify) {
  const std::string both = SignCheckpoint(checkpoint_, std::vector{&new_, &old_});
  EXPECT_EQ(*OpenCheckpoint(both, Verifiers(old_)), checkpoint_);
  EXPECT_EQ(*OpenCheckpoint(both, Verifiers(new_)), checkpoint_);
  EXPECT_EQ(OpenCheckpoint(both, Verifiers(stranger_)).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenCheckpoint(SignCheckpoint(checkpoint_, std::vector{&new_}), Verifiers(old_)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(NoteTest, NothingChangedOfItVerifies) {
  const std::string note = SignCheckpoint(checkpoint_, std::vector{&old_});
  for (size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenCheckpoint(changed, Verifiers(old_)).ok()) << "byte " << i;
    EXPECT_FALSE(OpenCheckpoint(note.substr(0, i), Verifiers(old_)).ok()) << "cut at " << i;
  }
  EXPECT_FALSE(OpenCheckpoint(note + "\n", Verifiers(old_)).ok());
  EXPECT_FALSE(OpenCheckpoint(Replaced(note, "\n1234067\n", "\n01234067\n"), Verifiers(old_)).ok());
  EXPECT_FALSE(OpenCheckpoint(Replaced(note, "\n\n", "\nmore\n\n"), Verifiers(old_)).ok()) << "lines of nobody's";
}

TEST_F(NoteTest, AnotherLogsCheckpointIsNotThisLogs) {
  Checkpoint other = checkpoint_;
  other.origin = OriginOf("hub.test", "consent", 4);
  EXPECT_EQ(OpenCheckpoint(SignCheckpoint(other, std::vector{&old_}), Verifiers(old_)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(NoteTest, AKeyAsTextIsThatKeyOrNone) {
  const std::string text = VerifierText("nwd/hub.test/consent/3", old_.verifying_key());
  const auto parsed = ParseVerifier(Cat(" ", text, "\n"));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->name, "nwd/hub.test/consent/3");
  EXPECT_EQ(parsed->key.raw(), old_.verifying_key().raw());
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] ^= 1;
    EXPECT_FALSE(ParseVerifier(changed).ok()) << changed;
  }
  for (const char* none : {"", "+", "name", "name+00000000", "name+00000000+", "+00000000+AQ=="}) {
    EXPECT_FALSE(ParseVerifier(none).ok()) << none;
  }
}

}  // namespace
}  // namespace nwd::audit
