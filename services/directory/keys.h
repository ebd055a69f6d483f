// The directory's keys: one function a table, here only. tests/services/directory/keys_test.cc holds their bytes.
//
//   'o' organisation            OrganisationRow       'f' feed                     FeedRow
//   's' slug                    organisation id       'g' feed slug                feed id
//   'i' identity                organisation id       'm' import                   ImportRow
//   'a' active admin            (empty)               'n' import, page             PageRow
//   'c' service, generation     ServiceRow            'p' import, page             PageContent
//   'k' service                 CapacityRow           'l' feed, provider           ProviderLinkRow
//   't' service                 TakenRow              'h' referral                 HeldPlaceRow
//   'd' agreement               AgreementRow          'e' time, agreement          agreement id
//
// Ids are 16 raw bytes; a generation is a big-endian number, so that a service's rows stand oldest first; a time (in
// microseconds) is such a number inverted, so that agreements stand newest first. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "common/ids/uuid.h"
#include "common/store/keys.h"

namespace nwd::directory::keys {

using ids::Uuid;
using store::KeyBuilder;

inline constexpr char kOrganisations = 'o';
inline constexpr char kServices = 'c';
inline constexpr char kFeeds = 'f';
inline constexpr char kFeedSlugs = 'g';
inline constexpr char kSlugs = 's';
inline constexpr char kImports = 'm';
inline constexpr char kPages = 'n';
inline constexpr char kAdmins = 'a';
inline constexpr char kCapacities = 'k';
inline constexpr char kTakens = 't';
inline constexpr char kLinks = 'l';
inline constexpr char kIdentities = 'i';
inline constexpr char kPageContents = 'p';
inline constexpr char kHeldPlaces = 'h';
inline constexpr char kAgreements = 'd';
inline constexpr char kAgreementsByTime = 'e';

inline std::string Table(char table) { return KeyBuilder(table).Build(); }

inline std::string Organisation(Uuid id) { return KeyBuilder(kOrganisations).Bytes(id.bytes()).Build(); }
inline std::string Slug(std::string_view slug) { return KeyBuilder(kSlugs).Text(slug).Build(); }
inline std::string Identity(std::string_view spiffe_id) { return KeyBuilder(kIdentities).Text(spiffe_id).Build(); }
inline std::string Admin(Uuid organisation) { return KeyBuilder(kAdmins).Bytes(organisation.bytes()).Build(); }

inline std::string Feed(Uuid id) { return KeyBuilder(kFeeds).Bytes(id.bytes()).Build(); }
inline std::string FeedSlug(std::string_view slug) { return KeyBuilder(kFeedSlugs).Text(slug).Build(); }
inline std::string Import(Uuid id) { return KeyBuilder(kImports).Bytes(id.bytes()).Build(); }
inline std::string PagesOf(Uuid import) { return KeyBuilder(kPages).Bytes(import.bytes()).Build(); }
inline std::string Page(Uuid import, std::string_view name) {
  return KeyBuilder(kPages).Bytes(import.bytes()).Text(name).Build();
}
inline std::string PageContent(Uuid import, std::string_view name) {
  return KeyBuilder(kPageContents).Bytes(import.bytes()).Text(name).Build();
}

inline std::string ServiceRows(Uuid service) { return KeyBuilder(kServices).Bytes(service.bytes()).Build(); }
inline std::string Service(Uuid service, uint64_t generation) {
  return KeyBuilder(kServices).Bytes(service.bytes()).Number(generation).Build();
}
inline std::string Capacity(Uuid service) { return KeyBuilder(kCapacities).Bytes(service.bytes()).Build(); }
inline std::string ProviderLink(Uuid feed, std::string_view external_id) {
  return KeyBuilder(kLinks).Bytes(feed.bytes()).Text(external_id).Build();
}
inline std::string Taken(Uuid service) { return KeyBuilder(kTakens).Bytes(service.bytes()).Build(); }
inline std::string HeldPlace(Uuid referral) { return KeyBuilder(kHeldPlaces).Bytes(referral.bytes()).Build(); }

inline std::string Agreement(Uuid id) { return KeyBuilder(kAgreements).Bytes(id.bytes()).Build(); }
inline std::string AgreementByTime(int64_t create_time_us, Uuid id) {
  return KeyBuilder(kAgreementsByTime).Descending(static_cast<uint64_t>(create_time_us)).Bytes(id.bytes()).Build();
}

}  // namespace nwd::directory::keys
