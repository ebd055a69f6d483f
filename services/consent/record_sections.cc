#include "services/consent/record_sections.h"

#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::consent {
namespace {

std::string AssociatedData(const VersionName& name) {
  return Cat("record/", name.person_id.bytes(), static_cast<int>(name.category), "/", name.source_id.bytes(),
             name.version);
}

}  // namespace

Category CategoryOf(const v1::RecordSection& section) {
  switch (section.content_case()) {
    case v1::RecordSection::kIdentity:
      return common::v1::CATEGORY_IDENTITY;
    case v1::RecordSection::kContact:
      return common::v1::CATEGORY_CONTACT;
    case v1::RecordSection::kDemographics:
      return common::v1::CATEGORY_DEMOGRAPHICS;
    case v1::RecordSection::kCircumstances:
      return common::v1::CATEGORY_CIRCUMSTANCES;
    case v1::RecordSection::kSkills:
      return common::v1::CATEGORY_SKILLS;
    case v1::RecordSection::kWorkHistory:
      return common::v1::CATEGORY_WORK_HISTORY;
    case v1::RecordSection::kGoals:
      return common::v1::CATEGORY_GOALS;
    case v1::RecordSection::kSupportHistory:
      return common::v1::CATEGORY_SUPPORT_HISTORY;
    case v1::RecordSection::kSafeguarding:
      return common::v1::CATEGORY_SAFEGUARDING;
    case v1::RecordSection::CONTENT_NOT_SET:
      return common::v1::CATEGORY_UNSPECIFIED;
  }
  return common::v1::CATEGORY_UNSPECIFIED;
}

bool IsConfidential(const v1::RecordSection& section) {
  return section.has_contact() && section.contact().confidential();
}

std::string SealSection(const crypto::AeadKey& key, const VersionName& name, const v1::RecordSection& section) {
  return key.Seal(section.SerializeAsString(), AssociatedData(name));
}

absl::StatusOr<v1::RecordSection> OpenSection(const crypto::AeadKey& key, const VersionName& name,
                                              std::string_view sealed) {
  NWD_ASSIGN_OR_RETURN(const std::string opened, key.Open(sealed, AssociatedData(name)));
  v1::RecordSection section;
  if (!section.ParseFromString(opened)) return absl::DataLossError("a section of a record does not parse");
  return section;
}

}  // namespace nwd::consent
