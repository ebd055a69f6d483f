// Where replicas lie in a service's own store, table 'R':
//
//   'R' 'c' peer 0               → the cursor reached in that peer's feed
//   'R' 'o' organisation_id(16)  → nwd.common.v1.OrganisationChange, as last known
//   'R' 's' service_id(16)       → nwd.common.v1.ServiceChange, as last known, also of a deleted one
//   'R' 'a' agreement_id(16)     → nwd.common.v1.AgreementChange, as last known, also of one that has ended
//
// And of this service's own feed:
//
//   'R' 'f'                      → the round of restating (feed_keeper.cc)
#pragma once

#include <string>
#include <string_view>

#include "common/ids/uuid.h"
#include "common/store/keys.h"

namespace nwd::replica {

inline std::string CursorKey(std::string_view peer) { return store::KeyBuilder('R').Bytes("c").Text(peer).Build(); }
inline std::string RoundKey() { return store::KeyBuilder('R').Bytes("f").Build(); }
inline std::string OrganisationPrefix() { return store::KeyBuilder('R').Bytes("o").Build(); }
inline std::string OrganisationKey(const ids::Uuid& organisation_id) {
  return store::KeyBuilder('R').Bytes("o").Bytes(organisation_id.bytes()).Build();
}
inline std::string ServiceKey(const ids::Uuid& service_id) {
  return store::KeyBuilder('R').Bytes("s").Bytes(service_id.bytes()).Build();
}
inline std::string AgreementKey(const ids::Uuid& agreement_id) {
  return store::KeyBuilder('R').Bytes("a").Bytes(agreement_id.bytes()).Build();
}

}  // namespace nwd::replica
