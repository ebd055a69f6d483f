#include "common/tokens/tokens.h"

#include <memory>
#include <optional>

#include "common/base/proto_bytes.h"
#include "common/base/strings.h"
#include "common/crypto/base32.h"
#include "common/status/reasons.h"
#include "common/status/status.h"
#include "common/store/keys.h"

namespace nwd::tokens {
namespace {

constexpr int kPageSizeDefault = 50;
constexpr size_t kTokenBytesMax = 8192;  // far above any we make: what is longer is not looked at
constexpr char kCursorTable = 'c';       // KeyBuilder's first byte; a cursor's payload: position, epoch

absl::Status InvalidToken(std::string_view field) {
  return status::InvalidField(field, "is not one that this service gave you for this query; start again without one",
                              reasons::kInvalidToken);
}

absl::Status CursorOutOfRange() {
  return status::Error(
      absl::StatusCode::kOutOfRange, reasons::kCursorOutOfRange,
      "the service was restored from a backup after this cursor was given; read the resources anew and start again "
      "without a cursor");
}

// Parts joined so that no two lists of parts give the same text.
std::string Scope(std::string_view kind, std::string_view first, std::string_view second, std::string_view rest) {
  return store::KeyBuilder('s').Text(kind).Text(first).Text(second).Bytes(rest).Build();
}

std::string CursorScope(std::string_view feed, std::string_view reader) { return Scope("cursor", feed, reader, ""); }

}  // namespace

std::string Tokens::Seal(std::string_view scope, std::string_view payload) const {
  return crypto::Base64UrlEncode(key_.Seal(payload, scope));
}

absl::StatusOr<std::string> Tokens::Open(std::string_view scope, std::string_view token, std::string_view field) const {
  if (token.size() > kTokenBytesMax) return InvalidToken(field);
  const std::optional<std::string> sealed = crypto::Base64UrlDecode(token);
  if (!sealed.has_value()) return InvalidToken(field);
  absl::StatusOr<std::string> payload = key_.Open(*sealed, scope);
  if (!payload.ok()) return InvalidToken(field);
  return payload;
}

std::string PageScope(std::string_view organisation_id, const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* paging : {"page_size", "page_token"}) {
    const google::protobuf::FieldDescriptor* field = query->GetDescriptor()->FindFieldByName(paging);
    if (field != nullptr) query->GetReflection()->ClearField(query.get(), field);
  }
  return Scope("page", organisation_id, query->GetDescriptor()->full_name(), DeterministicBytes(*query));
}

int PageSize(int requested) { return requested == 0 ? kPageSizeDefault : requested; }

std::string SealCursor(const Tokens& tokens, std::string_view feed, std::string_view reader, store::Position position) {
  return tokens.Seal(CursorScope(feed, reader),
                     store::KeyBuilder(kCursorTable).Number(position).Number(tokens.epoch()).Build());
}

absl::StatusOr<store::Position> OpenCursor(const Tokens& tokens, std::string_view feed, std::string_view reader,
                                           std::string_view cursor, std::string_view field) {
  if (cursor.empty()) return store::Position{0};
  const absl::StatusOr<std::string> payload = tokens.Open(CursorScope(feed, reader), cursor, field);
  if (!payload.ok()) return payload.status();
  store::KeyReader reading(*payload);
  store::Position position = 0;
  uint64_t epoch = 0;
  if (!reading.Number(&position) || !reading.Number(&epoch) || !reading.Done()) return InvalidToken(field);
  if (epoch != tokens.epoch()) return CursorOutOfRange();
  return position;
}

}  // namespace nwd::tokens
