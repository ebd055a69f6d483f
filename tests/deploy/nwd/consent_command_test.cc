// Receipts, checked by the operator's program itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/receipt/envelope.h"
#include "tests/common/receipt/sample.h"
#include "tests/testing/temp_folder.h"

namespace nwd::receipt {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Ran {
  int code = -1;
  std::string printed;
};

Ran RunNwd(const std::string& arguments) {
  Ran ran;
  FILE* pipe = popen(Cat(NWD, " consent ", arguments, " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  char bytes[4096];
  for (size_t size; (size = fread(bytes, 1, sizeof(bytes), pipe)) > 0;) ran.printed.append(bytes, size);
  const int status = pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

class ConsentCommand : public ::testing::Test {
 protected:
  ConsentCommand() {
    for (const char* hub : {"ours", "theirs"}) {
      EXPECT_TRUE(crypto::HubKey::FromFile(KeyFile(hub), crypto::HubKey::IfMissing::kCreate).ok());
    }
  }
  std::string At(const std::string& name) const { return Cat(folder_.Path(), "/", name); }
  std::string KeyFile(const std::string& hub) const { return At(Cat(hub, ".key")); }
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(At(name), std::ios::binary) << content;
    return At(name);
  }
  static std::string Json(const Envelope& envelope) {
    return Cat(R"({"content": ")", absl::Base64Escape(envelope.content), R"(", "signature": ")",
               absl::Base64Escape(envelope.signature), R"(", "key_id": ")", envelope.key_id, R"(", "public_key": ")",
               absl::Base64Escape(envelope.public_key), R"("})");
  }
  Envelope Signed(const std::string& hub) const {
    const auto key = SigningKeyOf(*crypto::HubKey::FromFile(KeyFile(hub), crypto::HubKey::IfMissing::kFail));
    const std::string content = receipt::Write(Sample());
    return {content, key.Sign(content), KeyIdOf(key.verifying_key()), key.verifying_key().raw()};
  }
  // What `nwd consent key` printed, in a file.
  std::string Published(const std::string& hub) const {
    const Ran ran = RunNwd(Cat("key --hub-key ", KeyFile(hub)));
    EXPECT_EQ(ran.code, 0) << ran.printed;
    return Write(Cat(hub, ".pub"), ran.printed);
  }

  const testing::TempFolder folder_;
};

TEST_F(ConsentCommand, AGenuineReceiptIsValidAndToldInPlainWords) {
  const std::string file = Write("receipt.json", Json(Signed("ours")));
  const Ran ran = RunNwd(Cat("verify ", file, " --key ", Published("ours")));
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.printed, StartsWith("valid\n\ndecided       their parent agreed\n"));
  EXPECT_THAT(ran.printed, HasSubstr("skills and qualifications: to find work that fits"));
  const std::string key = KeyText(CarriedKey(Signed("ours")).value());
  EXPECT_EQ(RunNwd(Cat("verify ", file, " --key ", key)).code, 0) << "the key itself in place of a file";
}

TEST_F(ConsentCommand, WithoutAKeyNothingIsValidSinceAnybodyCanSignWithTheirOwn) {
  const Envelope sent = Signed("theirs");
  const Ran ran = RunNwd(Cat("verify ", Write("receipt.json", Json(sent))));
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.printed, StartsWith("unchanged since it was signed, but whose key signed it is not known\n"));
  EXPECT_THAT(ran.printed, HasSubstr(sent.key_id));
  EXPECT_EQ(ran.printed.find("valid"), std::string::npos);
}

TEST_F(ConsentCommand, TheHubsKeyMayBeNamedInTheEnvironment) {
  const std::string file = Write("receipt.json", Json(Signed("ours")));
  setenv("NWD_CONSENT_VERIFY_KEY", Published("ours").c_str(), /*overwrite=*/1);
  const Ran ran = RunNwd(Cat("verify ", file));
  unsetenv("NWD_CONSENT_VERIFY_KEY");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.printed, StartsWith("valid\n"));
}

TEST_F(ConsentCommand, AForgedByteIsForged) {
  Envelope forged = Signed("ours");
  forged.content[forged.content.find("lambeth")] = 'L';
  const std::string file = Write("receipt.json", Json(forged));
  for (const std::string& with : {std::string(), Cat(" --key ", Published("ours"))}) {
    const Ran ran = RunNwd(Cat("verify ", file, with));
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.printed, StartsWith("forged: "));
    EXPECT_EQ(ran.printed.find("agreed"), std::string::npos) << "what is forged is not told as if it were so";
  }
}

TEST_F(ConsentCommand, OneThatSaysAnotherKeySignedItIsForged) {
  const Envelope ours = Signed("ours"), theirs = Signed("theirs");
  Envelope named = ours, carried = ours;
  named.key_id = theirs.key_id;
  carried.public_key = theirs.public_key;
  const std::string key = Cat(" --key ", Published("ours"));
  for (const std::string& arguments :
       {Cat(Write("named.json", Json(named)), key), Write("named.json", Json(named)),
        Cat(Write("carried.json", Json(carried)), key), Write("carried.json", Json(carried))}) {
    const Ran ran = RunNwd(Cat("verify ", arguments));
    EXPECT_EQ(ran.code, 1) << arguments;
    EXPECT_THAT(ran.printed, StartsWith("forged: ")) << arguments;
    EXPECT_EQ(std::count(ran.printed.begin(), ran.printed.end(), '\n'), 1) << ran.printed;
  }
}

TEST_F(ConsentCommand, OneOfAnotherHubIsNotOurs) {
  const Ran ran = RunNwd(Cat("verify ", Write("receipt.json", Json(Signed("theirs"))), " --key ", Published("ours")));
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.printed, StartsWith("forged: "));
  EXPECT_THAT(ran.printed, HasSubstr("of another hub"));
}

TEST_F(ConsentCommand, WhatCannotBeReadIsAMistakeInOneSentence) {
  const std::string whole = Json(Signed("ours")), good = Write("receipt.json", whole);
  const std::string cut = Write("cut.json", whole.substr(0, whole.size() / 2)), empty = Write("empty.json", "");
  const std::string short_key = Write("short.pub", "AAAA\n");
  const auto other_key = crypto::SigningKey::Generate();
  const Envelope no_receipt{"{}", other_key.Sign("{}"), KeyIdOf(other_key.verifying_key()),
                            other_key.verifying_key().raw()};
  for (const std::string& arguments :
       {Cat("verify ", cut), Cat("verify ", empty), Cat("verify ", At("nowhere.json")), Cat("verify ", folder_.Path()),
        Cat("verify ", good, " --key ", short_key), Cat("verify ", good, " --key nonsense"),
        Cat("verify ", Write("other.json", Json(no_receipt))), Cat("key --hub-key ", At("nowhere.key"))}) {
    const Ran ran = RunNwd(arguments);
    EXPECT_EQ(ran.code, 2) << arguments << "\n" << ran.printed;
    EXPECT_THAT(ran.printed, StartsWith("nwd: ")) << arguments;
    EXPECT_EQ(std::count(ran.printed.begin(), ran.printed.end(), '\n'), 1) << ran.printed;
  }
}

}  // namespace
}  // namespace nwd::receipt
