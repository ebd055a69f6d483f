#include "services/consent/text_service.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/crypto/sha256.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"
#include "services/consent/text_rows.h"

namespace nwd::consent {
namespace {

std::string Hex(std::string_view sha256) { return absl::BytesToHexString(AbslView(sha256)); }

// What stands against `text` being a translation of `original`.
void CheckTranslation(const storage::Text& text, const std::optional<storage::Text>& original,
                      std::string_view original_sha256, status::Violations& violations) {
  constexpr char kField[] = "translation_of_sha256";
  if (!original.has_value()) {
    violations.Add(kField, "you keep no text of this name; keep the text that is translated first");
    return;
  }
  if (!original->translation_of().empty()) {
    violations.Add(kField,
                   Cat("is a translation itself: name the text it translates, ", Hex(original->translation_of())));
  } else if (!text.translations().empty()) {
    violations.Add(kField, "this text is kept already and has translations of its own");
  } else if (!text.translation_of().empty() && text.translation_of() != original_sha256) {
    violations.Add(kField, Cat("this text is kept already as a translation of ", Hex(text.translation_of())));
  }
  if (original->version() != text.version()) {
    violations.Add("version", Cat("is not that of the text it translates, which is ", original->version()));
  }
  if (absl::EqualsIgnoreCase(AbslView(original->language()), AbslView(text.language()))) {
    violations.Add("language", "is that of the text it translates");
  }
}

// Makes `text` a translation of the organisation's text of that name. Answers whether it was none before.
absl::StatusOr<bool> Link(store::Txn& txn, const ids::Uuid& organisation, std::string_view sha256, storage::Text& text,
                          const std::string& original_sha256) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Text> original, texts::Find(txn, original_sha256, organisation));
  status::Violations violations;
  CheckTranslation(text, original, original_sha256, violations);
  NWD_RETURN_IF_ERROR(violations.ToStatus());
  if (!text.translation_of().empty()) return false;
  if (original->translations_size() >= kTranslationsMax) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
                         Cat("this text has ", kTranslationsMax, " translations, the most that can be kept"),
                         {{"limit", Cat(kTranslationsMax)}});
  }
  text.set_translation_of(original_sha256);
  storage::Translation& translation = *original->add_translations();
  translation.set_sha256(std::string(sha256));
  translation.set_language(text.language());
  texts::Put(txn, original_sha256, organisation, *original);
  return true;
}

// The text as it is kept; as the request has it where it is not kept yet.
absl::StatusOr<storage::Text> KeptOr(const std::optional<storage::Text>& kept, const v1::CreateTextRequest& request,
                                     absl::Time now) {
  if (kept.has_value()) {
    if (absl::EqualsIgnoreCase(AbslView(kept->language()), AbslView(request.language()))) return *kept;
    return status::InvalidField("language", Cat("you keep this very text in another language, ", kept->language()));
  }
  storage::Text text;
  text.set_text(request.text());
  text.set_language(request.language());
  text.set_version(request.version());
  text.set_create_time_us(Micros(now));
  return text;
}

void AddTranslation(std::string_view sha256, const std::string& language, v1::GetTextResponse& response) {
  v1::TextTranslation& translation = *response.add_translations();
  translation.set_text_sha256(Hex(sha256));
  translation.set_language(language);
}

absl::Status ShowTranslations(const store::Reader& reader, const ids::Uuid& organisation, std::string_view sha256,
                              const storage::Text& text, v1::GetTextResponse& response) {
  std::optional<storage::Text> original = text;
  if (!text.translation_of().empty()) {
    NWD_ASSIGN_OR_RETURN(original, texts::Find(reader, text.translation_of(), organisation));
    if (!original.has_value()) return absl::DataLossError("a translation has lost the text it translates");
    AddTranslation(text.translation_of(), original->language(), response);
  }
  for (const storage::Translation& other : original->translations()) {
    if (other.sha256() != sha256) AddTranslation(other.sha256(), other.language(), response);
  }
  return absl::OkStatus();
}

// Whose text is asked for: who is named or, where nobody is, the caller or else who kept it first.
absl::StatusOr<ids::Uuid> KeeperOf(const store::Reader& reader, const rpc::Call& call,
                                   const v1::GetTextRequest& request, std::string_view sha256) {
  if (!request.organisation_id().empty()) return IdIn(request.organisation_id());
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> own, texts::Find(reader, sha256, OrganisationOf(call)));
  if (own.has_value()) return OrganisationOf(call);
  NWD_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> first, texts::FirstKeeper(reader, sha256));
  return first.value_or(ids::Uuid());
}

}  // namespace

void TextService::Register(rpc::Router& router) {
  router.Unary(this, &TextService::CreateText);
  router.Unary(this, &TextService::GetText);
}

async::Task<absl::StatusOr<v1::CreateTextResponse>> TextService::CreateText(rpc::Call& call,
                                                                            const v1::CreateTextRequest& request) {
  const crypto::Digest digest = crypto::Sha256(request.text());
  const std::string sha256(crypto::View(digest)), original = absl::HexStringToBytes(request.translation_of_sha256());
  if (!original.empty() && original.size() != crypto::kDigestSizeBytes) {
    co_return status::InvalidField("translation_of_sha256",
                                   Cat("must be ", kSha256TextSize, " hexadecimal digits, as CreateText answered"));
  }
  const ids::Uuid organisation = OrganisationOf(call);
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateTextResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> kept, texts::Find(txn, sha256, organisation));
    NWD_ASSIGN_OR_RETURN(storage::Text text, KeptOr(kept, request, call.Now()));
    bool changed = !kept.has_value();
    if (!original.empty()) {
      NWD_ASSIGN_OR_RETURN(const bool linked, Link(txn, organisation, sha256, text, original));
      changed |= linked;
    }
    if (changed) {
      texts::Put(txn, sha256, organisation, text);
      parts_.audit.AppendPlain(txn, "text.created", call.Now(), DeedOf(call));
    }
    v1::CreateTextResponse response;
    response.set_text_sha256(Hex(sha256));
    return response;
  };
  auto body = [&](store::Txn& txn) {
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::CreateTextResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::GetTextResponse>> TextService::GetText(rpc::Call& call,
                                                                      const v1::GetTextRequest& request) {
  const std::string sha256 = absl::HexStringToBytes(request.text_sha256());
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::GetTextResponse> {
    NWD_ASSIGN_OR_RETURN(const ids::Uuid keeper, KeeperOf(reader, call, request, sha256));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> kept, texts::Find(reader, sha256, keeper));
    if (!kept.has_value()) {
      return status::Error(absl::StatusCode::kNotFound, reasons::kNoSuchText,
                           "no text of this name is kept; CreateText keeps one",
                           {{"text_sha256", request.text_sha256()}});
    }
    v1::GetTextResponse response;
    v1::ConsentText& text = *response.mutable_text();
    text.set_text_sha256(request.text_sha256());
    text.set_text(kept->text());
    text.set_language(kept->language());
    text.set_version(kept->version());
    *text.mutable_create_time() = MicrosToTimestamp(kept->create_time_us());
    text.set_translation_of_sha256(Hex(kept->translation_of()));
    text.set_organisation_id(keeper.ToString());
    NWD_RETURN_IF_ERROR(ShowTranslations(reader, keeper, sha256, *kept, response));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

}  // namespace nwd::consent
