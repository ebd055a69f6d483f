#include "common/audit/proof.h"

#include <cstring>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/audit/base64.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

constexpr std::string_view kHead = "c2sp.org/tlog-proof@v1", kExtra = "extra ", kIndex = "index ";

absl::Status NoProof(std::string_view why) { return absl::InvalidArgumentError(Cat("is no proof of an entry: ", why)); }

// What follows `begin` in a line that begins with it.
std::optional<std::string_view> After(std::string_view begin, std::string_view line) {
  if (!line.starts_with(begin)) return std::nullopt;
  return line.substr(begin.size());
}

}  // namespace

std::string WriteProof(const Proof& proof, std::string_view entry) {
  std::string text = Cat(kHead, "\n", kExtra, Base64(entry), "\n", kIndex, proof.index, "\n");
  for (const Hash& hash : proof.path) text += Cat(Base64(crypto::View(hash)), "\n");
  return Cat(text, "\n", proof.checkpoint);
}

absl::StatusOr<ProvedEntry> ReadProof(std::string_view text) {
  const size_t blank = text.find("\n\n");
  if (blank == std::string_view::npos) return NoProof("it has no checkpoint");
  const std::vector<std::string> lines = absl::StrSplit(AbslView(text.substr(0, blank)), '\n');
  if (lines.size() < 3 || lines[0] != kHead)
    return NoProof(Cat("it must begin with ", kHead, ", an entry and an index"));
  ProvedEntry proved;
  proved.proof.checkpoint = std::string(text.substr(blank + 2));
  const std::optional<std::string_view> extra = After(kExtra, lines[1]), index = After(kIndex, lines[2]);
  const std::optional<std::string> entry = extra.has_value() ? FromBase64(*extra) : std::nullopt;
  if (!entry.has_value()) return NoProof("its second line carries no entry");
  proved.entry = *entry;
  if (!index.has_value() || !absl::SimpleAtoi(AbslView(*index), &proved.proof.index) ||
      Cat(proved.proof.index) != *index) {
    return NoProof("its third line is no index");
  }
  for (size_t i = 3; i < lines.size(); ++i) {
    const std::optional<std::string> hash = FromBase64(lines[i]);
    if (!hash.has_value() || hash->size() != crypto::kDigestSizeBytes)
      return NoProof(Cat("line ", i + 1, " is no hash"));
    std::memcpy(proved.proof.path.emplace_back().data(), hash->data(), hash->size());
  }
  return proved;
}

absl::StatusOr<Checkpoint> CheckProof(const ProvedEntry& proved, std::span<const Verifier> verifiers) {
  NWD_ASSIGN_OR_RETURN(Checkpoint checkpoint, OpenCheckpoint(proved.proof.checkpoint, verifiers));
  NWD_RETURN_IF_ERROR(
      CheckInclusion(LeafHash(proved.entry), proved.proof.index, checkpoint.size, proved.proof.path, checkpoint.root));
  return checkpoint;
}

}  // namespace nwd::audit
