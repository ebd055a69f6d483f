#include "common/receipt/envelope.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "tests/common/receipt/sample.h"

namespace nwd::receipt {
namespace {

crypto::SigningKey KeyOf(char letter) {
  return SigningKeyOf(*crypto::HubKey::FromEnvironment("TEST", Cat(std::string(42, letter), "A=")));
}

Envelope Signed(const crypto::SigningKey& key) {
  const std::string content = Write(Sample());
  return {content, key.Sign(content), KeyIdOf(key.verifying_key()), key.verifying_key().raw()};
}

std::string AsJson(const Envelope& envelope, const char* key_id = "key_id", const char* public_key = "public_key") {
  return Cat(R"({"content": ")", absl::Base64Escape(envelope.content), R"(", "signature": ")",
             absl::Base64Escape(envelope.signature), R"(", ")", key_id, R"(": ")", envelope.key_id, R"(", ")",
             public_key, R"(": ")", absl::Base64Escape(envelope.public_key), R"(", "etag": "r2"})");
}

TEST(Envelope, IsReadUnderBothNamesThatItsFieldsHave) {
  const Envelope sent = Signed(KeyOf('A'));
  for (const std::string& text : {AsJson(sent), AsJson(sent, "keyId", "publicKey")}) {
    const auto read = ParseEnvelope(text);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->content, sent.content);
    EXPECT_EQ(Check(*read, KeyOf('A').verifying_key()), Verdict::kGenuine);
    EXPECT_EQ(CarriedKey(*read)->raw(), KeyOf('A').verifying_key().raw());
  }
}

TEST(Envelope, EveryForgedByteIsSeen) {
  const crypto::SigningKey key = KeyOf('A');
  const Envelope sent = Signed(key);
  for (size_t i = 0; i < sent.content.size(); ++i) {
    Envelope forged = sent;
    forged.content[i] ^= 1;
    ASSERT_EQ(Check(forged, key.verifying_key()), Verdict::kForged) << "byte " << i;
  }
  for (size_t i = 0; i < sent.signature.size(); ++i) {
    Envelope forged = sent;
    forged.signature[i] ^= 1;
    ASSERT_EQ(Check(forged, key.verifying_key()), Verdict::kForged) << "byte " << i;
  }
  for (const std::string& signature : {std::string(), sent.signature.substr(1), sent.signature + "x"}) {
    EXPECT_EQ(Check({sent.content, signature, sent.key_id, sent.public_key}, key.verifying_key()), Verdict::kForged);
  }
}

TEST(Envelope, OfAnotherHubIsToldFromOneThatWasChanged) {
  const Envelope theirs = Signed(KeyOf('B'));
  EXPECT_EQ(Check(theirs, KeyOf('A').verifying_key()), Verdict::kOtherKey);
  Envelope relabelled = theirs;
  relabelled.key_id = KeyIdOf(KeyOf('A').verifying_key());
  EXPECT_EQ(Check(relabelled, KeyOf('A').verifying_key()), Verdict::kForged);
}

TEST(Envelope, WhatItSaysOfItsKeyIsTheKeyThatSignedIt) {
  const crypto::SigningKey our_key = KeyOf('A'), their_key = KeyOf('B');
  const crypto::VerifyingKey &ours = our_key.verifying_key(), &theirs = their_key.verifying_key();
  const Envelope sent = Signed(our_key);
  EXPECT_EQ(Check(sent, ours), Verdict::kGenuine);
  for (size_t i = 0; i < sent.public_key.size(); ++i) {
    Envelope changed = sent;
    changed.public_key[i] ^= 1;
    ASSERT_EQ(Check(changed, ours), Verdict::kMislabelled) << "byte " << i;
  }
  for (const std::string& key_id : {KeyIdOf(theirs), std::string(), sent.key_id + "0"}) {
    EXPECT_EQ(Check({sent.content, sent.signature, key_id, sent.public_key}, ours), Verdict::kMislabelled) << key_id;
  }
  for (const std::string& key : {theirs.raw(), std::string()}) {
    EXPECT_EQ(Check({sent.content, sent.signature, sent.key_id, key}, ours), Verdict::kMislabelled);
  }
}

TEST(Envelope, WhatIsNoneIsRefused) {
  const std::string good = AsJson(Signed(KeyOf('A')));
  for (const std::string& bad : {std::string(), std::string("[]"), std::string("{}"), good.substr(0, good.size() - 2),
                                 AsJson(Signed(KeyOf('A')), "key", "public_key"),
                                 std::string(R"({"content": 7, "signature": "", "key_id": "", "public_key": ""})"),
                                 std::string(R"({"content": "*", "signature": "", "key_id": "", "public_key": ""})")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseEnvelope(bad).status())) << bad;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(CarriedKey({"", "", "", "short"}).status()));
}

TEST(Envelope, AKeyIsReadBackFromItsText) {
  const crypto::SigningKey key = KeyOf('A');
  const auto read = ParseKey(Cat(" ", KeyText(key.verifying_key()), "\n"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->raw(), key.verifying_key().raw());
  EXPECT_TRUE(absl::IsInvalidArgument(ParseKey("AAAA").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseKey("no key").status()));
  EXPECT_EQ(KeyIdOf(KeyOf('A').verifying_key()).size(), 16u);
  EXPECT_NE(KeyIdOf(KeyOf('A').verifying_key()), KeyIdOf(KeyOf('B').verifying_key()));
}

}  // namespace
}  // namespace nwd::receipt
