#include "deploy/audit/epochs.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "common/audit/record.h"
#include "common/base/macros.h"
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

absl::StatusOr<Checkpoint> ShownCheckpoint(LogSource& source, const std::string& path,
                                           std::span<const Verifier> verifiers, std::string* note) {
  absl::StatusOr<std::string> got = source.Get(path);
  if (absl::IsNotFound(got.status())) {
    return absl::NotFoundError(Cat(StdView(got.status().message()), "; a service serves its log under /audit"));
  }
  NWD_ASSIGN_OR_RETURN(*note, std::move(got));
  absl::StatusOr<Checkpoint> shown = OpenOfAnyEpoch(*note, verifiers);
  if (shown.ok()) return shown;
  return absl::DataLossError(Cat("what the log shows as its checkpoint ", StdView(shown.status().message())));
}

absl::StatusOr<std::string> CitedBy(LogSource& source, std::string_view first_entry) {
  const std::optional<Entry> first = DecodeEntry(first_entry);
  if (!first.has_value() || first->type != kEpochBegan) {
    return absl::DataLossError("the log's first entry begins no epoch");
  }
  if (first->commitment == CitationOf("")) return std::string();
  absl::StatusOr<std::string> note = source.Get("cited");
  if (absl::IsNotFound(note.status())) {
    return absl::DataLossError("the checkpoint that the log's first entry cites is not there");
  }
  if (note.ok() && first->commitment != CitationOf(*note)) {
    return absl::DataLossError("the log's first entry does not cite the checkpoint that it shows");
  }
  return note;
}

}  // namespace nwd::audit
