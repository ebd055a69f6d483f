#include "deploy/audit/epochs.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

// The verifiers, also under the name of the epoch that the note is of, where that is later and of the same log.
std::vector<Verifier> AndOfLaterEpoch(std::span<const Verifier> verifiers, std::string_view note) {
  std::vector<Verifier> all;
  const std::string origin(note.substr(0, note.find('\n')));
  const std::optional<LogName> now = LogNameOf(origin);
  for (const Verifier& verifier : verifiers) {
    all.push_back({verifier.name, *crypto::VerifyingKey::FromRaw(verifier.key.raw())});
    const std::optional<LogName> before = LogNameOf(verifier.name);
    if (!now || !before || now->log != before->log || now->epoch <= before->epoch) continue;
    all.push_back({origin, *crypto::VerifyingKey::FromRaw(verifier.key.raw())});
  }
  return all;
}

}  // namespace

std::optional<LogName> LogNameOf(std::string_view origin) {
  const size_t slash = origin.rfind('/');
  LogName name;
  if (slash == std::string_view::npos || !absl::SimpleAtoi(AbslView(origin.substr(slash + 1)), &name.epoch)) {
    return std::nullopt;
  }
  name.log = origin.substr(0, slash + 1);
  return name;
}

absl::StatusOr<Checkpoint> OpenOfAnyEpoch(const std::string& note, std::span<const Verifier> verifiers) {
  return OpenCheckpoint(note, AndOfLaterEpoch(verifiers, note));
}

}  // namespace nwd::audit
