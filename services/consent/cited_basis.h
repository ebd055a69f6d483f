// Which basis a check or a read cites: exactly one consent, authority or emergency access. Values in, values out; what
// lies behind it is basis.h's.
#pragma once

#include <cstdint>
#include <string>

#include "common/ids/uuid.h"
#include "common/status/status.h"

namespace nwd::consent {

enum class BasisKind : uint8_t { kConsent, kAuthority, kEmergencyAccess };

struct Cited {
  BasisKind kind = BasisKind::kConsent;
  ids::Uuid id;  // nil, and so nobody's, where the request cites none or its field is no id
};

// What a request gives of the three, one of which it must.
struct CitedFields {
  const std::string& consent_id;
  const std::string& authority_id;
  const std::string& emergency_access_id;
};
// Adds a violation where none is given, and one for each of several.
void CheckCited(const CitedFields& fields, status::Violations& violations);
Cited CitedIn(const CitedFields& fields);

// The same of CheckAccessRequest and GetRecordRequest.
template <class Request>
CitedFields CitedFieldsOf(const Request& request) {
  return {request.consent_id(), request.authority_id(), request.emergency_access_id()};
}

// Writes the basis down in a row that has a place for each kind: a disclosure, a notice, a deed.
template <class Row>
void Cite(const Cited& cited, Row& row) {
  std::string id(cited.id.bytes());
  switch (cited.kind) {
    case BasisKind::kConsent:
      return row.set_consent_id(std::move(id));
    case BasisKind::kAuthority:
      return row.set_authority_id(std::move(id));
    case BasisKind::kEmergencyAccess:
      return row.set_emergency_access_id(std::move(id));
  }
}

template <class Row>
bool Cites(const Row& row, const Cited& cited) {
  switch (cited.kind) {
    case BasisKind::kConsent:
      return row.consent_id() == cited.id.bytes();
    case BasisKind::kAuthority:
      return row.authority_id() == cited.id.bytes();
    case BasisKind::kEmergencyAccess:
      return row.emergency_access_id() == cited.id.bytes();
  }
  return false;
}

// What a row cites; of a row that cites nothing, nobody's consent.
template <class Row>
Cited CitedOf(const Row& row) {
  const auto id = [](const std::string& bytes) { return ids::Uuid::FromBytes(bytes).value_or(ids::Uuid()); };
  if (!row.authority_id().empty()) return {BasisKind::kAuthority, id(row.authority_id())};
  if (!row.emergency_access_id().empty()) return {BasisKind::kEmergencyAccess, id(row.emergency_access_id())};
  return {BasisKind::kConsent, id(row.consent_id())};
}

// The id of what a row cites, as the API shows it; empty where that kind is not what it cites.
std::string ShownId(const std::string& bytes);

// Shows in a message of the API what a row cites.
template <class Row, class Shown>
void ShowCited(const Row& row, Shown& shown) {
  shown.set_consent_id(ShownId(row.consent_id()));
  shown.set_authority_id(ShownId(row.authority_id()));
  shown.set_emergency_access_id(ShownId(row.emergency_access_id()));
}

}  // namespace nwd::consent
