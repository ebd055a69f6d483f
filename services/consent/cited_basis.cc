#include "services/consent/cited_basis.h"

#include <array>

namespace nwd::consent {
namespace {

struct Field {
  const char* name;
  const std::string& value;
  BasisKind kind;
};

std::array<Field, 3> All(const CitedFields& fields) {
  return {Field{"consent_id", fields.consent_id, BasisKind::kConsent},
          Field{"authority_id", fields.authority_id, BasisKind::kAuthority},
          Field{"emergency_access_id", fields.emergency_access_id, BasisKind::kEmergencyAccess}};
}

constexpr char kExactlyOne[] = "exactly one of consent_id, authority_id and emergency_access_id must be given";

}  // namespace

void CheckCited(const CitedFields& fields, status::Violations& violations) {
  int given = 0;
  for (const Field& field : All(fields)) given += field.value.empty() ? 0 : 1;
  if (given == 1) return;
  for (const Field& field : All(fields)) {
    // Where none is given, the first stands for them all.
    if (given == 0 || !field.value.empty()) violations.Add(field.name, kExactlyOne);
    if (given == 0) return;
  }
}

Cited CitedIn(const CitedFields& fields) {
  for (const Field& field : All(fields)) {
    if (!field.value.empty()) return {field.kind, ids::Uuid::Parse(field.value).value_or(ids::Uuid())};
  }
  return {};
}

std::string ShownId(const std::string& bytes) {
  const auto id = ids::Uuid::FromBytes(bytes);
  return id.has_value() ? id->ToString() : "";
}

}  // namespace nwd::consent
