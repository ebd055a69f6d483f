#include "common/audit/note.h"

#include <cstring>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/audit/base64.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

constexpr char kSignaturesFollow[] = "\n\n";                   // the first of the two still belongs to the text
constexpr std::string_view kSignatureBegin = "\xe2\x80\x94 ";  // an em dash and a space
constexpr char kEd25519 = 0x01;
constexpr size_t kKeyIdBytes = 4;

std::string KeyId(std::string_view name, const crypto::VerifyingKey& key) {
  const char kind = kEd25519;
  const crypto::Digest digest = crypto::Sha256({name, "\n", std::string_view(&kind, 1), key.raw()});
  return std::string(crypto::View(digest).substr(0, kKeyIdBytes));
}

absl::Status NoCheckpoint(std::string_view why) { return absl::InvalidArgumentError(Cat("is no checkpoint: ", why)); }

absl::StatusOr<Checkpoint> ParseText(std::string_view text) {
  const std::vector<std::string> lines = absl::StrSplit(AbslView(text), '\n');
  if (lines.size() != 4 || !lines[3].empty())
    return NoCheckpoint("it must have an origin, a size and a root, each a line");
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  if (checkpoint.origin.empty()) return NoCheckpoint("its origin is empty");
  if (!absl::SimpleAtoi(lines[1], &checkpoint.size) || Cat(checkpoint.size) != lines[1]) {
    return NoCheckpoint("its size is no number");
  }
  const std::optional<std::string> root = FromBase64(lines[2]);
  if (!root.has_value() || root->size() != checkpoint.root.size()) return NoCheckpoint("its root is no hash");
  std::memcpy(checkpoint.root.data(), root->data(), root->size());
  return checkpoint;
}

struct Signature {
  std::string_view name;
  std::string key_id, signature;
};

absl::StatusOr<Signature> ParseSignature(std::string_view line) {
  if (!line.starts_with(kSignatureBegin)) return NoCheckpoint("a line after its text is no signature");
  line.remove_prefix(kSignatureBegin.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return NoCheckpoint("a signature names no key");
  const std::optional<std::string> bytes = FromBase64(line.substr(space + 1));
  if (!bytes.has_value() || bytes->size() <= kKeyIdBytes) return NoCheckpoint("a signature does not read");
  return Signature{line.substr(0, space), bytes->substr(0, kKeyIdBytes), bytes->substr(kKeyIdBytes)};
}

}  // namespace

std::string OriginOf(std::string_view hub, std::string_view service, uint32_t epoch) {
  return Cat("nwd/", hub, "/", service, "/", epoch);
}

std::string VerifierText(std::string_view name, const crypto::VerifyingKey& key) {
  return Cat(name, "+", absl::BytesToHexString(AbslView(KeyId(name, key))), "+",
             Base64(std::string(1, kEd25519) + key.raw()));
}

absl::StatusOr<Verifier> ParseVerifier(std::string_view text) {
  text = StdView(absl::StripAsciiWhitespace(AbslView(text)));
  const auto fault = [](std::string_view why) { return absl::InvalidArgumentError(Cat("is no log's key: ", why)); };
  // A key's base64 may hold plus signs, a name none.
  const std::vector<std::string> parts = absl::StrSplit(AbslView(text), absl::MaxSplits('+', 2));
  if (parts.size() != 3 || parts[0].empty()) return fault("it must read name+id+key");
  const std::optional<std::string> bytes = FromBase64(parts[2]);
  if (!bytes.has_value() || bytes->empty() || bytes->front() != kEd25519) return fault("it must be an Ed25519 key");
  std::optional<crypto::VerifyingKey> key = crypto::VerifyingKey::FromRaw(std::string_view(*bytes).substr(1));
  if (!key.has_value()) return fault("it must be an Ed25519 key");
  if (VerifierText(parts[0], *key) != text) return fault("its id is not that of its name and key");
  return Verifier{parts[0], *std::move(key)};
}

std::string TextOf(const Checkpoint& checkpoint) {
  return Cat(checkpoint.origin, "\n", checkpoint.size, "\n", Base64(crypto::View(checkpoint.root)), "\n");
}

std::string SignCheckpoint(const Checkpoint& checkpoint, std::span<const crypto::SigningKey* const> keys) {
  const std::string text = TextOf(checkpoint);
  std::string note = Cat(text, "\n");
  for (const crypto::SigningKey* key : keys) {
    note += Cat(kSignatureBegin, checkpoint.origin, " ",
                Base64(KeyId(checkpoint.origin, key->verifying_key()) + key->Sign(text)), "\n");
  }
  return note;
}

bool IsNote(std::string_view note) { return note.find(kSignaturesFollow) != std::string_view::npos; }

Hash CitationOf(std::string_view note) {
  const size_t end = note.find(kSignaturesFollow);
  return crypto::Sha256(end == std::string_view::npos ? std::string_view() : note.substr(0, end + 1));
}

absl::StatusOr<Checkpoint> OpenCheckpoint(std::string_view note, std::span<const Verifier> verifiers) {
  const size_t blank = note.find(kSignaturesFollow);
  if (blank == std::string_view::npos || blank + 2 == note.size() || note.back() != '\n') {
    return NoCheckpoint("it is not signed");
  }
  const std::string_view text = note.substr(0, blank + 1);
  NWD_ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseText(text));
  std::string_view rest = note.substr(blank + 2);
  rest.remove_suffix(1);
  bool signed_by_one = false;
  for (const absl::string_view line : absl::StrSplit(AbslView(rest), '\n')) {
    NWD_ASSIGN_OR_RETURN(const Signature signature, ParseSignature(StdView(line)));
    for (const Verifier& verifier : verifiers) {
      if (signature.name != verifier.name || signature.key_id != KeyId(verifier.name, verifier.key)) continue;
      if (!verifier.key.Verify(text, signature.signature)) {
        return absl::DataLossError(Cat("the checkpoint's signature of ", verifier.name, " is not good"));
      }
      signed_by_one |= checkpoint.origin == verifier.name;
    }
  }
  if (!signed_by_one) {
    return absl::DataLossError(Cat("the checkpoint of ", checkpoint.origin, " is not signed by a key that was given"));
  }
  return checkpoint;
}

}  // namespace nwd::audit
