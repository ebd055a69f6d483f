#include "tests/e2e/bad_input_kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "common/rpc/limits.h"
#include "common/status/status.h"
#include "tests/e2e/bad_fields.h"
#include "tests/e2e/bad_meanings.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::ElementsAreArray;
namespace v1 = common::v1;

namespace {

const FieldDescriptor* FieldOf(const Rpc& rpc, const std::string& name) {
  return rpc.method->input_type()->FindFieldByName(name);
}

}  // namespace

bool HasEtag(const Rpc& rpc) { return FieldOf(rpc, "etag") != nullptr; }
bool HasRequestId(const Rpc& rpc) { return FieldOf(rpc, "request_id") != nullptr; }

void SetText(Message& message, const std::string& field, const std::string& text) {
  message.GetReflection()->SetString(&message, message.GetDescriptor()->FindFieldByName(field), text);
}

void ExpectRefused(const Answer& answer, absl::StatusCode code, const std::string& reason, const std::string& what) {
  EXPECT_EQ(answer.code, code) << what << ": " << answer;
  EXPECT_EQ(answer.Info().reason(), reason) << what << ": " << answer;
  EXPECT_EQ(answer.Info().domain(), "nwd") << what;
  EXPECT_FALSE(answer.message.empty()) << what;
}

std::unique_ptr<Message> Sweep::With(const std::function<void(Message&)>& spoil) const {
  std::unique_ptr<Message> request(good.request->New());
  request->CopyFrom(*good.request);
  spoil(*request);
  return request;
}

namespace {

std::string TextOf(const Message& message, const std::string& field) {
  return message.GetReflection()->GetString(message, message.GetDescriptor()->FindFieldByName(field));
}

// Malformed: each of these fields is named. So may others be, which do not go with what was made of these.
void ExpectInvalid(const Answer& answer, const std::vector<std::string>& fields, const std::string& what) {
  ExpectRefused(answer, absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", what);
  EXPECT_THAT(answer.Fields(), ::testing::IsSupersetOf(fields)) << what << ": " << answer;
}

void ExpectInvalidToken(const Answer& answer, const std::string& field, const std::string& what) {
  ExpectRefused(answer, absl::StatusCode::kInvalidArgument, "INVALID_TOKEN", what);
  EXPECT_THAT(answer.Fields(), ElementsAreArray({field})) << what << ": " << answer;
}

const std::vector<std::string> kTheBytesAsAWhole = {""};

void MalformedBytes(Sweep& sweep) {
  const std::string good = sweep.good.request->SerializeAsString();
  const std::pair<const char*, std::string> malformed[] = {
      {"no message at all", "this is no message"},
      {"a length far beyond the end", std::string("\x0a\xff\xff\xff\xff\x07", 6)},
      {"a tag of field 0", std::string("\x00\x01", 2)},
      {"a number that does not end", std::string(11, '\xff')},
      {"groups without end", std::string(100'000, '\x0b')},
      {"its last field cut off", good + std::string("\x0a\x05", 2) + "abc"},
  };
  for (const auto& [what, bytes] : malformed) ExpectInvalid(sweep.TryBytes(bytes), kTheBytesAsAWhole, what);
}

void TextThatIsNotUtf8(Sweep& sweep) {
  // Put in as plain text, then changed in the bytes: the library would say so, loudly, where it was changed before.
  constexpr std::string_view kMarker = "<bytes>";
  const std::string kNotUtf8[] = {"\xff\xfe\xfd\xfc\xff\xfe\xfd", std::string("\xed\xa0\x80") + "half",
                                  std::string("\xc0\xaf") + "long."};
  for (const TextField& text : TextFieldsOf(*sweep.rpc.method->input_type())) {
    const auto request = sweep.With([&](Message& message) { text.set(message, std::string(kMarker)); });
    for (const std::string& not_utf8 : kNotUtf8) {
      std::string bytes = request->SerializeAsString();
      const size_t at = bytes.find(kMarker);
      ASSERT_NE(at, std::string::npos) << text.field;
      ASSERT_EQ(not_utf8.size(), kMarker.size());
      bytes.replace(at, kMarker.size(), not_utf8);
      ExpectInvalid(sweep.TryBytes(bytes), kTheBytesAsAWhole, Cat(text.field, " is not UTF-8"));
    }
  }
}

void MoreThanAMessageMayHold(Sweep& sweep) {
  // Field 1000, which no request has, holding more than the limit. gRPC refuses it before it is ours: no details.
  constexpr char kTag[] = "\xc2\x3e";
  std::string bytes = sweep.good.request->SerializeAsString() + kTag;
  for (size_t left = rpc::kMessageBytesMax; left != 0; left >>= 7) {
    bytes += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
  }
  bytes.append(rpc::kMessageBytesMax, 'x');
  const Answer answer = sweep.TryBytes(bytes);
  EXPECT_EQ(answer.code, absl::StatusCode::kResourceExhausted) << answer;
}

void EachFieldWrong(Sweep& sweep) {
  for (const BadField& bad : BadFieldsOf(*sweep.rpc.method->input_type())) {
    ExpectInvalid(sweep.Try(*sweep.With(bad.spoil)), {bad.field}, Cat(bad.field, " ", bad.what));
  }
}

void AllFieldsWrongAtOnce(Sweep& sweep) {
  std::map<const FieldDescriptor*, BadField> one_each;
  for (BadField& bad : BadFieldsOf(*sweep.rpc.method->input_type())) one_each.emplace(bad.top, std::move(bad));
  std::vector<std::string> fields;
  const auto request = sweep.With([&](Message& message) {
    for (const auto& [top, bad] : one_each) {
      bad.spoil(message);
      fields.push_back(bad.field);
    }
  });
  std::sort(fields.begin(), fields.end());
  ExpectInvalid(sweep.Try(*request), fields, "all at once");
}

void Empty(Sweep& sweep) {
  ExpectInvalid(sweep.TryBytes(""), RequiredFieldsOf(*sweep.rpc.method->input_type()), "empty");
}

void Meanings(Sweep& sweep) {
  for (const BadMeaning& bad : BadMeaningsOf(*sweep.rpc.method->input_type())) {
    ExpectInvalid(sweep.Try(*sweep.With(bad.spoil)), bad.fields, bad.what);
  }
}

void NoPractitioner(Sweep& sweep) {
  for (const std::string& practitioner : {std::string(), std::string("two words"), std::string(65, 'x')}) {
    ExpectInvalid(sweep.TryBytes(sweep.good.request->SerializeAsString(), practitioner), {"metadata nwd-practitioner"},
                  Cat("practitioner \"", practitioner, "\""));
  }
  std::vector<std::string> fields = RequiredFieldsOf(*sweep.rpc.method->input_type());
  fields.push_back("metadata nwd-practitioner");
  std::sort(fields.begin(), fields.end());
  ExpectInvalid(sweep.TryBytes("", ""), fields, "no practitioner, and nothing else either");
}

void ForgedToken(Sweep& sweep, const std::string& field, const std::string& token) {
  ASSERT_GT(token.size(), 16u) << "there is a real one";
  const auto with = [&](const std::string& text) {
    return sweep.With([&](Message& message) { SetText(message, field, text); });
  };
  std::string changed = token;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  const std::pair<const char*, std::string> forged[] = {
      {"made up", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
      {"no base64", "not a token!"},
      {"one letter", "A"},
      {"one letter changed", changed},
      {"cut short", token.substr(0, token.size() - 4)},
      {"cut to its beginning", token.substr(0, 8)},
      {"with something added", token + "AAAA"},
      {"twice", (token + token).substr(0, 256)},
  };
  for (const auto& [what, text] : forged) ExpectInvalidToken(sweep.Try(*with(text)), field, Cat(field, " ", what));

  if (sweep.good.other.empty()) return;  // these bytes are good from nobody else: access comes before the token
  rpc::Client& other = sweep.world.ClientOf(sweep.good.other, sweep.rpc.service);
  ++sweep.tried;
  ExpectInvalidToken(Send(other, sweep.rpc, *with(token)), field,
                     Cat(field, " of ", sweep.good.who, " in the hands of another"));
}

std::string TokenOf(Sweep& sweep, const std::string& field) {
  const auto response = NewMessage(*sweep.rpc.method->output_type());
  const absl::Status answered = FirstResponse(sweep.client, sweep.rpc, *sweep.good.request, *response);
  EXPECT_TRUE(answered.ok()) << answered;
  return TextOf(*response, field);
}

void ForgedPageToken(Sweep& sweep) { ForgedToken(sweep, "page_token", TokenOf(sweep, "next_page_token")); }

// Filters that a query can be given besides, by the sight of them.
std::vector<const FieldDescriptor*> FiltersOf(const Rpc& rpc) {
  std::vector<const FieldDescriptor*> filters;
  for (int i = 0; i < rpc.method->input_type()->field_count(); ++i) {
    const FieldDescriptor* field = rpc.method->input_type()->field(i);
    if (field->is_repeated()) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL || field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      filters.push_back(field);
    }
  }
  return filters;
}

void PageTokenOfAnotherQuery(Sweep& sweep) {
  const std::string token = TokenOf(sweep, "next_page_token");
  for (const FieldDescriptor* filter : FiltersOf(sweep.rpc)) {
    const auto another = sweep.With([&](Message& message) {
      SetText(message, "page_token", token);
      const auto& reflection = *message.GetReflection();
      filter->cpp_type() == FieldDescriptor::CPPTYPE_BOOL ? reflection.SetBool(&message, filter, true)
                                                          : reflection.SetEnumValue(&message, filter, 1);
    });
    ExpectInvalidToken(sweep.Try(*another), "page_token", Cat("with ", filter->name()));
  }
}

void ForgedCursor(Sweep& sweep) {
  const bool stream = sweep.rpc.method->server_streaming();
  ForgedToken(sweep, "cursor", TokenOf(sweep, stream ? "cursor" : "next_cursor"));
}

void EtagThatNeverWas(Sweep& sweep) {
  for (const char* etag : {"made-up", "r0", "r999999999999999999999", "\"r1\""}) {
    ExpectRefused(sweep.Try(*sweep.With([&](Message& message) { SetText(message, "etag", etag); })),
                  absl::StatusCode::kAborted, "STALE_ETAG", Cat("etag ", etag));
  }
}

// Names that everybody in the hub may know: no secret is kept by refusing them.
bool IsPublic(const Rpc& rpc, const std::string& field) {
  static const std::set<std::string> names = {
      "organisation_id",  // of the registry
      "recipient_organisation_ids",
      "redirect_service_id",  // of the catalogue
      "channel_organisation_id",
      "handler_organisation_id",
      "held_by_organisation_id",
      "party_organisation_id",
      "party_organisation_ids",
      "agreement_id",  // of the hub, which all may read
      "draft_replaces_agreement_id",
      "supersedes_agreement_id",
  };
  if (field == "service_id") return rpc.rule.tie() != v1::TIE_SERVICE_PROVIDER;
  return names.contains(field);
}

// What only our services may name; BadMeanings has them.
bool IsForServices(const std::string& field) {
  static const std::set<std::string> names = {"on_behalf_of", "person_ref_of", "person_id"};
  return names.contains(field);
}

// Whether this is what the tie is to. Else it is a filter that finds nothing, or a basis that is none.
bool IsTheObject(v1::Tie tie, const std::string& field) {
  if (tie == v1::TIE_PERSON_HOLDER) return field == "person_ref";
  return tie != v1::TIE_SELF;
}

void IdsOfOthers(Sweep& sweep) {
  for (const IdField& id : IdFieldsOf(*sweep.rpc.method->input_type())) {
    const std::string& name = id.descriptor->name();
    if (IsPublic(sweep.rpc, name) || IsForServices(name)) continue;
    const std::string others = OthersThing(sweep.world, sweep.good.who, name);
    ASSERT_FALSE(others.empty()) << id.field << ": say in OthersThing what another's is, or that it is public";
    const bool is_ref = name == "person_ref";
    const std::string unknown = is_ref ? "p1_" + std::string(26, 'a') : ids::Uuid::Random().ToString();
    const Answer forbidden = sweep.Try(*sweep.With([&](Message& message) { id.set(message, others); }));
    const Answer absent = sweep.Try(*sweep.With([&](Message& message) { id.set(message, unknown); }));
    EXPECT_EQ(forbidden, absent) << id.field << ": what is another's answers like what is not there";
    if (!id.required || !IsTheObject(sweep.rpc.rule.tie(), name)) continue;
    EXPECT_EQ(forbidden.code, absl::StatusCode::kPermissionDenied) << id.field << ": " << forbidden;
    EXPECT_EQ(forbidden.message, status::Denied().message()) << id.field;
  }
}

// --- Which kinds make sense for which RPC.

bool Always(const Rpc&) { return true; }
bool HasFields(const Rpc& rpc) { return rpc.method->input_type()->field_count() > 0; }
bool HasText(const Rpc& rpc) { return !TextFieldsOf(*rpc.method->input_type()).empty(); }
bool HasRequired(const Rpc& rpc) { return !RequiredFieldsOf(*rpc.method->input_type()).empty(); }
bool HasMeanings(const Rpc& rpc) { return !BadMeaningsOf(*rpc.method->input_type()).empty(); }
bool AboutPerson(const Rpc& rpc) { return rpc.rule.about_person() && rpc.rule.roles_size() > 0; }
// What is overdue takes two weeks to be so: NoticeStepsTest forges the tokens of its list.
bool HasPageToken(const Rpc& rpc) {
  const std::string& name = rpc.method->name();
  return FieldOf(rpc, "page_token") != nullptr && name != "ListOverdueNotices" && name != "ListOverdueCases";
}
bool HasFilters(const Rpc& rpc) { return HasPageToken(rpc) && !FiltersOf(rpc).empty(); }
bool HasCursor(const Rpc& rpc) { return FieldOf(rpc, "cursor") != nullptr; }
// Without a tie every holder of the role may name every object. Our services act under no tie.
bool KeepsSecrets(const Rpc& rpc) {
  if (rpc.rule.tie() == v1::TIE_NONE) return false;
  const std::vector<IdField> ids = IdFieldsOf(*rpc.method->input_type());
  return std::any_of(ids.begin(), ids.end(), [&](const IdField& id) {
    return !IsPublic(rpc, id.descriptor->name()) && !IsForServices(id.descriptor->name());
  });
}

constexpr Kind kKinds[] = {
    {"malformed bytes", Always, MalformedBytes},
    {"text that is not UTF-8", HasText, TextThatIsNotUtf8},
    {"more than a message may hold", Always, MoreThanAMessageMayHold},
    {"each field wrong", HasFields, EachFieldWrong},
    {"all fields wrong at once", HasFields, AllFieldsWrongAtOnce},
    {"empty", HasRequired, Empty},
    {"well formed and wrong", HasMeanings, Meanings},
    {"no practitioner", AboutPerson, NoPractitioner},
    {"forged page token", HasPageToken, ForgedPageToken},
    {"page token of another query", HasFilters, PageTokenOfAnotherQuery},
    {"forged cursor", HasCursor, ForgedCursor},
    {"etag that never was", HasEtag, EtagThatNeverWas},
    {"ids of another organisation", KeepsSecrets, IdsOfOthers},
};

}  // namespace

std::span<const Kind> Kinds() { return kKinds; }

}  // namespace nwd::e2e
