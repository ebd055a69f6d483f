// The page for people: nothing of an export is left off it.
#include "services/consent/export_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"

namespace nwd::consent {
namespace {

using ::testing::HasSubstr;

// Puts the mark into the first field of text, within the first message where there is none.
void Mark(const std::string& mark, google::protobuf::Message& message) {
  const auto& fields = *message.GetDescriptor();
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = fields.field(i);
    if (field->type() == field->TYPE_STRING && !field->is_repeated()) {
      return reflection.SetString(&message, field, mark);
    }
  }
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = fields.field(i);
    if (field->message_type() != nullptr) return Mark(mark, *reflection.MutableMessage(&message, field));
  }
}

TEST(ExportPage, EveryPartOfAnExportIsOnThePage) {
  v1::PersonExport exported;
  std::vector<std::string> marks;
  const auto& fields = *v1::PersonExport::descriptor();
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = fields.field(i);
    // Names stand in the place of ids.
    if (!field->is_repeated() || field->message_type() == v1::ExportedName::descriptor()) continue;
    marks.push_back("Marked" + absl::StrReplaceAll(field->name(), {{"_", ""}}));  // a code is shown in words
    Mark(marks.back(), *exported.GetReflection()->AddMessage(&exported, field));
  }
  ASSERT_GE(marks.size(), 11u);
  const std::string page = ExportPage(exported);
  for (const std::string& mark : marks) EXPECT_THAT(page, HasSubstr(mark));
}

}  // namespace
}  // namespace nwd::consent
