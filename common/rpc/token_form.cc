#include "common/rpc/token_form.h"

#include <string>
#include <string_view>

#include "common/rpc/limits.h"
#include "common/status/reasons.h"
#include "common/status/status.h"
#include "google/protobuf/descriptor.h"

namespace nwd::rpc {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool HasForm(std::string_view token) {
  return token.size() >= kTokenCharactersMin && token.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

absl::Status CheckTokenForm(const google::protobuf::Message& request) {
  using google::protobuf::FieldDescriptor;
  for (const char* name : {"page_token", "cursor"}) {
    const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) continue;
    const std::string token = request.GetReflection()->GetString(request, field);
    if (token.empty() || HasForm(token)) continue;
    return status::InvalidField(name, "is not one that this service gave you; start again without one",
                                reasons::kInvalidToken);
  }
  return absl::OkStatus();
}

}  // namespace nwd::rpc
