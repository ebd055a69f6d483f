#include "services/directory/role_rules.h"

#include <algorithm>

#include "absl/strings/strip.h"
#include "common/base/strings.h"

namespace nwd::directory {
namespace {

constexpr Role kReading[] = {common::v1::ROLE_AGENCY, common::v1::ROLE_AUDITOR, common::v1::ROLE_SAFEGUARDING,
                             common::v1::ROLE_RESIDENT_CHANNEL, common::v1::ROLE_NAVIGATOR};

bool Has(const std::vector<Role>& roles, Role role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

std::string NameOf(Role role) { return std::string(absl::StripPrefix(common::v1::Role_Name(role), "ROLE_")); }

}  // namespace

bool ReadsAboutPeople(Role role) {
  return std::find(std::begin(kReading), std::end(kReading), role) != std::end(kReading);
}

void CheckRoles(const std::vector<Role>& roles, bool has_sponsor, std::string_view field,
                status::Violations& violations) {
  for (size_t i = 0; i < roles.size(); ++i) {
    const std::string item = Cat(field, "[", i, "]");
    if (roles[i] == common::v1::ROLE_UNSPECIFIED) violations.Add(item, "must be a role");
    if (std::find(roles.begin(), roles.begin() + i, roles[i]) != roles.begin() + i) {
      violations.Add(item, Cat(NameOf(roles[i]), " is named twice"));
    }
    if (ReadsAboutPeople(roles[i]) && Has(roles, common::v1::ROLE_HUB_ADMIN)) {
      violations.Add(item, Cat("HUB_ADMIN reads about nobody and does not combine with ", NameOf(roles[i]),
                               "; give one of them to another organisation"));
    }
    if (roles[i] == common::v1::ROLE_RESIDENT_CHANNEL && roles.size() > 1) {
      violations.Add(item,
                     "RESIDENT_CHANNEL speaks for people and combines with no other role; give it to an "
                     "organisation that has no interest of its own in what they agree to");
    }
    if (roles[i] == common::v1::ROLE_NAVIGATOR && !has_sponsor) {
      violations.Add(item, "a NAVIGATOR needs a sponsoring organisation, named when it is created");
    }
  }
}

bool TakesEffectAtOnce(const std::vector<Role>& present, const std::vector<Role>& proposed) {
  for (const Role role : proposed) {
    if (role != common::v1::ROLE_AGENCY && !Has(present, role)) return false;
  }
  return !Has(present, common::v1::ROLE_HUB_ADMIN) || Has(proposed, common::v1::ROLE_HUB_ADMIN);
}

std::string RoleNames(const std::vector<Role>& roles) {
  std::string names;
  for (const Role role : roles) names = Cat(names, names.empty() ? "" : " ", NameOf(role));
  return names;
}

}  // namespace nwd::directory
