// Every key of the referral service's store, and nothing else builds one. A table's letter, then the parts shown; ids
// are 16 raw bytes, times microseconds since 1970 as 8 bytes (big-endian; "↓" newest first). Values: storage.proto, or
// empty where nothing is said.
//
//   r referral                                    Referral
//   e referral, sequence                          Event
//   n referral, time, note                        Note
//   l organisation, ↓time, referral               ListRow    its own: made (create time) or received (send time)
//   p organisation, person_ref, ↓time, referral   ListRow    the same, of a person by the organisation's reference
//   i person, ↓time, referral                              all of a person's, by when they were made
//   o referrer, person, service                   referral id (16 bytes)   open and sent: there is one at most
//   c basis, referral                                        open referrals that rest on a consent or an authority
//   k basis                                       EndedBasis
//   v consent                                     consent id (16 bytes)    the one whose place it took
//   w basis                                                  ended, whose referrals are still to be gone through
//   x person                                                 erased people, for ever: none of them gets a key again
//   y person                                                 those of them whose key is still to be destroyed
//   z person                                      organisation id (16 bytes), time   split from another by it then; their
//                                                            referrals are still to be filed anew
//   s service                                     Places
//   d organisation, time, referral                           what waits for an organisation's move
//   t time, referral                                         when the suite itself acts
//   q time, referral                                         access closed for a move: open again unless made by then
//   a appointment                                 Appointment
//   b referral, time, appointment                 state (1 byte)           a referral's appointments
//
// Capital letters belong to common libraries. Golden bytes: tests/services/referral/keys_test.cc. Values only;
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/ids/uuid.h"
#include "common/store/keys.h"

namespace nwd::referral::keys {

// The id whose raw bytes go into a key. Ids that reach a key were checked by the field rules or are our own.
inline ids::Uuid Raw(std::string_view id) {
  const std::optional<ids::Uuid> uuid = ids::Uuid::Parse(id);
  NWD_CHECK(uuid.has_value());
  return *uuid;
}
// The text of an id's raw bytes.
inline std::string IdText(std::string_view raw) {
  const std::optional<ids::Uuid> uuid = ids::Uuid::FromBytes(raw);
  return uuid ? uuid->ToString() : "";
}

inline constexpr size_t kIdBytes = ids::Uuid::kSizeBytes;

inline store::KeyBuilder Table(char table, std::string_view id) {
  store::KeyBuilder builder(table);
  builder.Bytes(Raw(id).bytes());
  return builder;
}

inline std::string Referrals() { return store::KeyBuilder('r').Build(); }
inline std::string Referral(std::string_view referral_id) { return Table('r', referral_id).Build(); }

inline std::string Events(std::string_view referral_id) { return Table('e', referral_id).Build(); }
inline std::string Event(std::string_view referral_id, int64_t sequence) {
  return Table('e', referral_id).Number(static_cast<uint64_t>(sequence)).Build();
}

inline std::string Notes(std::string_view referral_id) { return Table('n', referral_id).Build(); }
inline std::string Note(std::string_view referral_id, int64_t time_us, std::string_view note_id) {
  return Table('n', referral_id).Number(static_cast<uint64_t>(time_us)).Bytes(Raw(note_id).bytes()).Build();
}

inline std::string List(std::string_view organisation_id) { return Table('l', organisation_id).Build(); }
inline std::string ListEntry(std::string_view organisation_id, int64_t time_us, std::string_view referral_id) {
  return Table('l', organisation_id).Descending(static_cast<uint64_t>(time_us)).Bytes(Raw(referral_id).bytes()).Build();
}

inline std::string PersonList(std::string_view organisation_id, std::string_view person_ref) {
  return Table('p', organisation_id).Text(person_ref).Build();
}
inline std::string PersonListEntry(std::string_view organisation_id, std::string_view person_ref, int64_t time_us,
                                   std::string_view referral_id) {
  return Table('p', organisation_id)
      .Text(person_ref)
      .Descending(static_cast<uint64_t>(time_us))
      .Bytes(Raw(referral_id).bytes())
      .Build();
}

inline std::string OfPerson(std::string_view person_id) { return Table('i', person_id).Build(); }
inline std::string OfPersonEntry(std::string_view person_id, int64_t time_us, std::string_view referral_id) {
  return Table('i', person_id).Descending(static_cast<uint64_t>(time_us)).Bytes(Raw(referral_id).bytes()).Build();
}

inline std::string Open(std::string_view referrer_id, std::string_view person_id, std::string_view service_id) {
  return Table('o', referrer_id).Bytes(Raw(person_id).bytes()).Bytes(Raw(service_id).bytes()).Build();
}

inline std::string OfBasis(std::string_view basis_id) { return Table('c', basis_id).Build(); }
inline std::string OfBasisEntry(std::string_view basis_id, std::string_view referral_id) {
  return Table('c', basis_id).Bytes(Raw(referral_id).bytes()).Build();
}
inline constexpr char kEndedBases = 'k';
inline std::string EndedBasis(std::string_view basis_id) { return Table(kEndedBases, basis_id).Build(); }
inline std::string EndedBasisWaiting(std::string_view basis_id) { return Table('w', basis_id).Build(); }
inline std::string Predecessor(std::string_view consent_id) { return Table('v', consent_id).Build(); }
inline std::string EndedBasesWaiting() { return store::KeyBuilder('w').Build(); }

inline std::string ErasedPerson(std::string_view person_id) { return Table('x', person_id).Build(); }
inline std::string ErasedPersonWaiting(std::string_view person_id) { return Table('y', person_id).Build(); }
inline std::string ErasedPeopleWaiting() { return store::KeyBuilder('y').Build(); }

inline std::string SplitPersonWaiting(std::string_view person_id) { return Table('z', person_id).Build(); }
inline std::string SplitPeopleWaiting() { return store::KeyBuilder('z').Build(); }

inline std::string Places(std::string_view service_id) { return Table('s', service_id).Build(); }

inline std::string Due(std::string_view organisation_id) { return Table('d', organisation_id).Build(); }
inline std::string DueBefore(std::string_view organisation_id, int64_t time_us) {
  return Table('d', organisation_id).Number(static_cast<uint64_t>(time_us)).Build();
}
inline std::string DueEntry(std::string_view organisation_id, int64_t time_us, std::string_view referral_id) {
  return Table('d', organisation_id).Number(static_cast<uint64_t>(time_us)).Bytes(Raw(referral_id).bytes()).Build();
}

inline std::string Timers() { return store::KeyBuilder('t').Build(); }
inline std::string TimersBefore(int64_t time_us) {
  return store::KeyBuilder('t').Number(static_cast<uint64_t>(time_us)).Build();
}
inline std::string Timer(int64_t time_us, std::string_view referral_id) {
  return store::KeyBuilder('t').Number(static_cast<uint64_t>(time_us)).Bytes(Raw(referral_id).bytes()).Build();
}

inline std::string Closings() { return store::KeyBuilder('q').Build(); }
inline std::string ClosingsBefore(int64_t time_us) {
  return store::KeyBuilder('q').Number(static_cast<uint64_t>(time_us)).Build();
}
inline std::string Closing(int64_t time_us, std::string_view referral_id) {
  return store::KeyBuilder('q').Number(static_cast<uint64_t>(time_us)).Bytes(Raw(referral_id).bytes()).Build();
}

inline std::string Appointment(std::string_view appointment_id) { return Table('a', appointment_id).Build(); }
inline std::string Appointments(std::string_view referral_id) { return Table('b', referral_id).Build(); }
inline std::string AppointmentEntry(std::string_view referral_id, int64_t time_us, std::string_view appointment_id) {
  return Table('b', referral_id).Number(static_cast<uint64_t>(time_us)).Bytes(Raw(appointment_id).bytes()).Build();
}

// The id at the end of a key that ends with one.
inline std::string LastId(std::string_view key) {
  return key.size() < kIdBytes ? std::string() : IdText(key.substr(key.size() - kIdBytes));
}

}  // namespace nwd::referral::keys
