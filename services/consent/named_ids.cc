#include "services/consent/named_ids.h"

#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace nwd::consent {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The set that the ids of a field go into; null where they are of something else.
std::set<std::string>* SetFor(const FieldDescriptor& field, NamedIds& named) {
  const std::string_view name = field.name();
  const auto is = [&](std::string_view what) {
    for (const std::string_view end : {std::string_view("_id"), std::string_view("_ids")}) {
      const size_t size = what.size() + end.size();
      if (name.size() < size || name.substr(name.size() - end.size()) != end) continue;
      if (name.substr(name.size() - size, what.size()) == what) return true;
    }
    return false;
  };
  if (is("organisation")) return &named.organisations;
  return is("service") ? &named.services : nullptr;
}

void Collect(const Message& message, NamedIds& named) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Collect(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                     : reflection.GetMessage(message, field),
                named);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        std::set<std::string>* ids = SetFor(*field, named);
        if (ids == nullptr) break;
        ids->insert(field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                         : reflection.GetString(message, field));
      }
    }
  }
}

}  // namespace

NamedIds IdsNamedIn(const Message& message) {
  NamedIds named;
  Collect(message, named);
  return named;
}

}  // namespace nwd::consent
