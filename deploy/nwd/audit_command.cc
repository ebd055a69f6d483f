// nwd audit verify | watch | key: a service's audit log, checked by somebody who believes nothing but its key.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/audit/proof.h"
#include "common/audit/record.h"
#include "common/audit/signing.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/audit/log_source.h"
#include "deploy/audit/verify.h"
#include "deploy/audit/witness.h"
#include "deploy/nwd/command.h"

namespace nwd::tool {
namespace {

constexpr int kExitSignerUnknown = 3;
constexpr int kExitNotLooked = 4;  // so that whoever looks by a timer tells a machine that is down from an alarm
constexpr int kWatchEverySeconds = 60;
constexpr uintmax_t kProofBytesMax = 1 << 20;

bool IsFile(const std::string& path) {
  std::error_code failed;
  return std::filesystem::is_regular_file(path, failed);
}

std::string Content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

// The keys in a text, a line each.
absl::StatusOr<std::vector<audit::Verifier>> VerifiersIn(const std::string& text) {
  std::vector<audit::Verifier> verifiers;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(text, '\n', absl::SkipWhitespace()))) {
    NWD_ASSIGN_OR_RETURN(audit::Verifier verifier, audit::ParseVerifier(line));
    verifiers.push_back(std::move(verifier));
  }
  if (verifiers.empty()) return absl::InvalidArgumentError("names no key");
  return verifiers;
}

absl::StatusOr<std::vector<audit::Verifier>> VerifiersFrom(const std::string& file_or_key) {
  const bool is_file = IsFile(file_or_key);
  auto verifiers = VerifiersIn(is_file ? Content(file_or_key) : file_or_key);
  if (verifiers.ok()) return verifiers;
  return absl::InvalidArgumentError(Cat("--key ", file_or_key, is_file ? " " : " is no file, and as a key it ",
                                        StdView(verifiers.status().message())));
}

// What keeps from looking.
int NotLooked(const absl::Status& status) {
  const int code = Fail(status);
  return absl::IsUnavailable(status) || absl::IsNotFound(status) ? kExitNotLooked : code;
}

// What does not hold is an answer.
int Answer(const absl::Status& status) {
  if (!absl::IsDataLoss(status)) return NotLooked(status);
  std::cout << "not whole: " << StdView(status.message()) << "\n";
  return kExitFailed;
}

std::string Told(const audit::Checkpoint& checkpoint) {
  return Cat(checkpoint.size, " entries of ", checkpoint.origin);
}

int VerifyProof(const std::string& file, const std::string& key) {
  if (key.empty()) return Fail(absl::InvalidArgumentError("--key must name the log's key to check a proof with"));
  if (std::filesystem::file_size(file) > kProofBytesMax) {
    return Fail(absl::InvalidArgumentError(Cat(file, " is larger than any proof of an entry")));
  }
  const auto verifiers = VerifiersFrom(key);
  if (!verifiers.ok()) return Fail(verifiers.status());
  const auto proved = audit::ReadProof(Content(file));
  if (!proved.ok()) return Fail({proved.status().code(), Cat(file, " ", StdView(proved.status().message()))});
  const auto checkpoint = audit::CheckProof(*proved, *verifiers);
  if (!checkpoint.ok()) return Answer(checkpoint.status());
  std::cout << "valid: entry " << proved->proof.index << " of the first " << Told(*checkpoint) << "\n";
  if (const auto entry = audit::DecodeEntry(proved->entry)) {
    std::cout << entry->type << ", in the ten minutes from "
              << absl::FormatTime("%Y-%m-%d %H:%M UTC", entry->time_bucket, absl::UTCTimeZone()) << "\n";
  }
  return kExitDone;
}

int Verify(const std::string& from, const std::string& key) {
  if (IsFile(from)) return VerifyProof(from, key);
  const auto source = audit::OpenLog(from);
  if (!source.ok()) return NotLooked(source.status());
  absl::StatusOr<std::vector<audit::Verifier>> verifiers;
  if (key.empty()) {
    const absl::StatusOr<std::string> served = (*source)->Get("keys");
    if (!served.ok()) return NotLooked(served.status());
    verifiers = VerifiersIn(*served);
  } else {
    verifiers = VerifiersFrom(key);
  }
  if (!verifiers.ok()) return Fail(verifiers.status());
  const auto progress = [](uint64_t done, uint64_t size) {
    if (isatty(STDERR_FILENO) != 0) std::cerr << "\r" << done << " of " << size << " entries read" << std::flush;
  };
  const auto checkpoint = audit::VerifyLog(**source, *verifiers, progress);
  if (isatty(STDERR_FILENO) != 0) std::cerr << "\n";
  if (!checkpoint.ok()) return Answer(checkpoint.status());
  if (key.empty()) {
    std::cout << "whole, but whose key signed it is not known: " << Told(*checkpoint)
              << "\nname the key that the hub publishes with --key, or in NWD_AUDIT_VERIFY_KEY\n";
    return kExitSignerUnknown;
  }
  std::cout << "whole: " << Told(*checkpoint) << "\n";
  return kExitDone;
}

struct Watching {
  std::string from, key, folder = "nwd-witness";
  int every = kWatchEverySeconds;
};

// An alarm ends it; what keeps from looking is said, and it looks again.
int Watch(const Watching& asked) {
  const auto source = audit::OpenLog(asked.from);
  if (!source.ok()) return NotLooked(source.status());
  const auto verifiers = VerifiersFrom(asked.key);
  if (!verifiers.ok()) return Fail(verifiers.status());
  std::error_code failed;
  std::filesystem::create_directories(asked.folder, failed);
  if (failed) return Fail(absl::InvalidArgumentError(Cat("--folder ", asked.folder, ": ", failed.message())));
  while (true) {
    const auto seen = audit::Look(**source, asked.from, *verifiers, asked.folder);
    if (absl::IsDataLoss(seen.status())) {
      std::cout << "alarm: " << StdView(seen.status().message()) << "\n";
      return kExitFailed;
    }
    if (!seen.ok()) {
      const bool for_now = absl::IsUnavailable(seen.status()) || absl::IsNotFound(seen.status());
      if (asked.every == 0 || !for_now) return NotLooked(seen.status());
      std::cerr << "nwd: " << StdView(seen.status().message()) << "\n";
    } else if (seen->cited.has_value()) {
      std::cout << "restored from a backup: " << Told(seen->now) << " follow " << Told(*seen->cited) << "\n";
      if (seen->not_compared > 0) {
        std::cout << "the last " << seen->not_compared
                  << " of the entries that were seen before cannot be compared; ask the hub's operator about it\n";
      }
      std::cout << std::flush;
    } else if (!seen->before.has_value()) {
      std::cout << "remembered: " << Told(seen->now) << "\n" << std::flush;
    } else if (asked.every == 0 || *seen->before != seen->now.size) {
      std::cout << "goes on from " << *seen->before << " to " << Told(seen->now) << "\n" << std::flush;
    }
    if (asked.every == 0) return kExitDone;
    absl::SleepFor(absl::Seconds(asked.every));
  }
}

int PrintKeys(const std::string& hub_key_file, const std::string& trust_domain, const std::string& service, int epoch) {
  const auto hub_key = crypto::HubKey::FromFile(hub_key_file, crypto::HubKey::IfMissing::kFail);
  if (!hub_key.ok()) return Fail(hub_key.status());
  for (const crypto::SigningKey& key : audit::SigningKeysOf(*hub_key, service)) {
    const std::string origin = audit::OriginOf(trust_domain, service, static_cast<uint32_t>(epoch));
    std::cout << audit::VerifierText(origin, key.verifying_key()) << "\n";
  }
  return kExitDone;
}

}  // namespace

void AddAuditCommands(config::Options& program, Commands& commands) {
  config::Options& family = program.Command("audit", "The services' audit logs, checked from outside");

  auto from = std::make_shared<std::string>(), key = std::make_shared<std::string>();
  config::Options& verify = family.Command(
      "verify",
      "Reads a whole log, or a proof of one entry, and says whether it is what was signed: exit code 0 whole, 1 not, 3 "
      "where no key says whose signature it is, 4 where it cannot be had");
  verify
      .Add("from", from.get(),
           "http address that a service serves its log at, folder with a copy, or file with a proof")
      .Required();
  verify.Add("--key", key.get(), "The log's key as the hub publishes it, or a file of such lines");
  commands.push_back({&verify, [from, key] { return Verify(*from, *key); }});

  auto watching = std::make_shared<Watching>();
  config::Options& watch =
      family.Command("watch",
                     "Remembers the last checkpoint and sees to it that the log goes on from it: exit code 1 is an "
                     "alarm, 4 where the log cannot be had");
  watch.Add("from", &watching->from, "http address or folder of the log").Required();
  watch.Add("--key", &watching->key, "The log's key as the hub publishes it, or a file of such lines").Required();
  watch.Add("--folder", &watching->folder, "Folder in which it remembers");
  watch.Add("--every", &watching->every, "Seconds between two looks; 0: looks once").Range(0, 86400);
  commands.push_back({&watch, [watching] { return Watch(*watching); }});

  auto hub_key = std::make_shared<std::string>("hub.key"), domain = std::make_shared<std::string>();
  auto service = std::make_shared<std::string>();
  auto epoch = std::make_shared<int>(1);
  config::Options& print = family.Command("key", "Prints the keys that sign a service's log, newest first, to publish");
  print.Add("--hub-key", hub_key.get(), "File with the hub's key");
  print.Add("--trust-domain", domain.get(), "The hub's trust domain").Required();
  print.Add("--service", service.get(), "directory, consent, referral or outcome").Required();
  print.Add("--epoch", epoch.get(), "Which epoch of the log; it is in the log's name").Range(1, INT32_MAX);
  commands.push_back(
      {&print, [hub_key, domain, service, epoch] { return PrintKeys(*hub_key, *domain, *service, *epoch); }});
}

}  // namespace nwd::tool
