// nwd consent verify | key: receipts of consents, checked without the hub, and the key they are checked with.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/receipt/envelope.h"
#include "common/receipt/notice_answer.h"
#include "common/receipt/receipt.h"
#include "deploy/nwd/command.h"

namespace nwd::tool {
namespace {

constexpr int kExitSignerUnknown = 3;
constexpr uintmax_t kFileBytesMax = 16 << 20;  // a receipt travels in a message of 4 MiB, in base64

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code failed;
  const uintmax_t size = std::filesystem::file_size(path, failed);
  if (failed) return absl::NotFoundError(Cat(path, " cannot be read: ", failed.message()));
  if (size > kFileBytesMax) return absl::InvalidArgumentError(Cat(path, " is larger than any receipt"));
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  if (!file) return absl::NotFoundError(Cat(path, " cannot be read"));
  return content.str();
}

// The key in a file, which may tell its name on a second line, or the key itself.
absl::StatusOr<crypto::VerifyingKey> KeyFrom(const std::string& file_or_key) {
  std::error_code failed;
  std::string text = file_or_key;
  if (std::filesystem::is_regular_file(file_or_key, failed)) {
    NWD_ASSIGN_OR_RETURN(text, ReadFile(file_or_key));
    text = text.substr(0, text.find('\n'));
  }
  absl::StatusOr<crypto::VerifyingKey> key = receipt::ParseKey(text);
  if (!key.ok()) return absl::InvalidArgumentError(Cat("--key ", file_or_key, " ", StdView(key.status().message())));
  return key;
}

// What the content says: a decision on a consent, or the answer to a notice.
absl::StatusOr<std::string> Told(const std::string& content) {
  const absl::StatusOr<receipt::NoticeAnswer> answer = receipt::ReadNoticeAnswer(content);
  if (answer.ok()) return receipt::Tell(*answer);
  NWD_ASSIGN_OR_RETURN(const receipt::Receipt receipt, receipt::Read(content));
  return receipt::Tell(receipt);
}

int Forged(const std::string& why) {
  std::cout << "forged: " << why << "\n";
  return kExitFailed;
}

int Verify(const std::string& path, const std::string& asked_key) {
  const absl::StatusOr<std::string> file = ReadFile(path);
  if (!file.ok()) return Fail(file.status());
  const absl::StatusOr<receipt::Envelope> envelope = receipt::ParseEnvelope(*file);
  if (!envelope.ok()) return Fail({envelope.status().code(), Cat(path, " ", StdView(envelope.status().message()))});
  const absl::StatusOr<crypto::VerifyingKey> key =
      asked_key.empty() ? receipt::CarriedKey(*envelope) : KeyFrom(asked_key);
  if (!key.ok()) return Fail(key.status());
  switch (receipt::Check(*envelope, *key)) {
    case receipt::Verdict::kOtherKey:
      return Forged(
          Cat("this key, ", receipt::KeyIdOf(*key), ", did not sign it; it says that another did, of another hub"));
    case receipt::Verdict::kForged:
      return Forged("the signature is not of these bytes; something was changed");
    case receipt::Verdict::kMislabelled:
      return Forged(Cat("the key_id or public_key it came with is not that of the key that signed it, ",
                        receipt::KeyIdOf(*key), "; something was changed"));
    case receipt::Verdict::kGenuine:
      break;
  }
  const absl::StatusOr<std::string> told = Told(envelope->content);
  if (!told.ok()) return Fail({told.status().code(), Cat(path, " ", StdView(told.status().message()))});
  // Anybody can make a key, sign what they like, and send both.
  if (asked_key.empty()) {
    std::cout << "unchanged since it was signed, but whose key signed it is not known\nthe key it came with is "
              << receipt::KeyIdOf(*key)
              << "; name the one that the hub publishes with --key, or in NWD_CONSENT_VERIFY_KEY\n";
  } else {
    std::cout << "valid\n";
  }
  std::cout << "\n" << *told;
  return asked_key.empty() ? kExitSignerUnknown : kExitDone;
}

int PrintKey(const std::string& hub_key_file) {
  const auto hub_key = crypto::HubKey::FromFile(hub_key_file, crypto::HubKey::IfMissing::kFail);
  if (!hub_key.ok()) return Fail(hub_key.status());
  const crypto::SigningKey key = receipt::SigningKeyOf(*hub_key);
  std::cout << receipt::KeyText(key.verifying_key()) << "\n" << receipt::KeyIdOf(key.verifying_key()) << "\n";
  return kExitDone;
}

}  // namespace

void AddConsentCommands(config::Options& program, Commands& commands) {
  config::Options& family = program.Command("consent", "Receipts of consents");

  auto file = std::make_shared<std::string>(), key = std::make_shared<std::string>();
  config::Options& verify = family.Command(
      "verify",
      "Tells what was decided or answered, and whether the hub signed it: exit code 0 valid, 1 forged, 3 where no "
      "key says whose signature it is");
  verify.Add("file", file.get(), "What GetReceipt or AcknowledgeNotice answered, as JSON").Required();
  verify.Add("--key", key.get(), "The hub's key: a file that `nwd consent key` wrote, or its first line");
  commands.push_back({&verify, [file, key] { return Verify(*file, *key); }});

  auto hub_key = std::make_shared<std::string>("hub.key");
  config::Options& print =
      family.Command("key", "Prints the key that receipts are checked with, to publish, and below it the key's name");
  print.Add("--hub-key", hub_key.get(), "File with the hub's key");
  commands.push_back({&print, [hub_key] { return PrintKey(*hub_key); }});
}

}  // namespace nwd::tool
