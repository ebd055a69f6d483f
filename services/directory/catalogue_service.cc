#include "services/directory/catalogue_service.h"

#include <cmath>
#include <cstring>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "common/text/words.h"
#include "services/directory/acts.h"
#include "services/directory/catalogue_repository.h"
#include "services/directory/keys.h"
#include "services/directory/reasons.h"

namespace nwd::directory {
namespace {

using ids::Uuid;
using store::Txn;

constexpr double kWithinMetresDefault = 5'000;

// Where a page ended: rank and id of its last hit. Both belong to the service and the query alone, so the next page
// goes on there whatever else has come or gone.
std::string ToPayload(const SearchHit& hit, const SearchIndex& index) {
  std::string payload(reinterpret_cast<const char*>(&hit.rank), sizeof(hit.rank));
  payload.append(index.document(hit.document).id.bytes());
  return payload;
}

absl::StatusOr<SearchQuery::After> FromPayload(std::string_view payload) {
  SearchQuery::After after;
  if (payload.size() != sizeof(after.rank) + Uuid::kSizeBytes)
    return absl::InternalError("a page token holds no place in a search");
  std::memcpy(&after.rank, payload.data(), sizeof(after.rank));
  after.id = *Uuid::FromBytes(payload.substr(sizeof(after.rank)));
  return after;
}

void PutCapacity(Txn& txn, Uuid service_id, const HubFacts& facts) {
  storage::CapacityRow row;
  row.set_accepts_referrals(facts.accepts);
  if (facts.capacity) row.set_capacity(*facts.capacity);
  row.set_revision(facts.capacity_revision);
  store::PutMessage(txn, keys::Capacity(service_id), row);
}

}  // namespace

void CatalogueService::Register(rpc::Router& router) {
  router.Unary(this, &CatalogueService::GetService);
  router.Unary(this, &CatalogueService::SearchServices,
               [this](const rpc::Call&, const v1::SearchServicesRequest& request) {
                 return ToQuery(request, *parts_.catalogue.Current()).status();
               });
  router.Unary(this, &CatalogueService::SetCapacity);
}

async::Task<absl::StatusOr<v1::GetServiceResponse>> CatalogueService::GetService(rpc::Call&,
                                                                                 const v1::GetServiceRequest& request) {
  const IndexPtr index = parts_.catalogue.Current();
  const std::optional<Uuid> id = Uuid::Parse(request.service_id());
  const std::optional<DocumentNumber> number = id ? index->Find(*id) : std::nullopt;
  if (!number) {
    co_return status::Error(absl::StatusCode::kNotFound, reasons::kNoService,
                            Cat("there is no service ", request.service_id(), " in this hub"),
                            {{"service", request.service_id()}});
  }
  v1::GetServiceResponse response;
  *response.mutable_service() = Catalogue::Describe(index->document(*number));
  co_return response;
}

async::Task<absl::StatusOr<v1::SearchServicesResponse>> CatalogueService::SearchServices(
    rpc::Call& call, const v1::SearchServicesRequest& request) {
  const IndexPtr index = parts_.catalogue.Current();
  NWD_CO_ASSIGN_OR_RETURN(SearchQuery query, ToQuery(request, *index));
  const std::string scope =
      tokens::PageScope(call.caller().IsService() ? call.caller().service : call.organisation_id(), request);
  if (!request.page_token().empty()) {
    NWD_CO_ASSIGN_OR_RETURN(const std::string payload, parts_.tokens.Open(scope, request.page_token()));
    NWD_CO_ASSIGN_OR_RETURN(query.after, FromPayload(payload));
  }
  const SearchResult found = index->Search(query);
  v1::SearchServicesResponse response;
  for (const SearchHit& hit : found.hits) {
    v1::SearchServicesResponse::Result& result = *response.add_results();
    *result.mutable_service() = Catalogue::Describe(index->document(hit.document));
    if (query.near) result.set_distance_metres(static_cast<int32_t>(std::lround(MetresOfSquaredChord(hit.rank))));
  }
  response.set_total_size(static_cast<int32_t>(found.total));
  if (found.more) response.set_next_page_token(parts_.tokens.Seal(scope, ToPayload(found.hits.back(), *index)));
  co_return response;
}

absl::StatusOr<SearchQuery> CatalogueService::ToQuery(const v1::SearchServicesRequest& request,
                                                      const SearchIndex& index) const {
  status::Violations violations;
  SearchQuery query;
  query.limit = static_cast<size_t>(tokens::PageSize(request.page_size()));
  query.words = text::Words(request.text());
  if (query.words.empty() && !request.text().empty()) violations.Add("text", "holds no word to look for");
  for (const std::string& code : request.categories()) query.categories.push_back(CategoryKey(code));
  if (!request.borough().empty()) query.borough = BoroughBit(request.borough());
  if (request.has_near_point()) {
    if (!request.near_postcode().empty()) violations.Add("near_point", "name a postcode or a point, not both");
    query.near = geo::Point{request.near_point().latitude(), request.near_point().longitude()};
  } else if (!request.near_postcode().empty()) {
    const std::optional<geo::Place> place = parts_.gazetteer.Find(request.near_postcode());
    if (place) {
      query.near = place->point;
    } else {
      violations.Add("near_postcode", "is not a postcode of London this hub knows; give a point instead");
    }
  } else if (request.within_metres() != 0) {
    violations.Add("within_metres", "needs a place: near_postcode or near_point");
  }
  query.within_metres = request.within_metres() == 0 ? kWithinMetresDefault : request.within_metres();
  if (request.has_age()) query.age = request.age();
  query.open_places = request.open_places();
  if (!request.organisation_id().empty()) query.only = parts_.catalogue.DocumentsOf(index, request.organisation_id());
  NWD_RETURN_IF_ERROR(violations.ToStatus());
  return query;
}

async::Task<absl::StatusOr<v1::SetCapacityResponse>> CatalogueService::SetCapacity(
    rpc::Call& call, const v1::SetCapacityRequest& request) {
  const std::optional<Uuid> id = Uuid::Parse(request.service_id());
  if (!id) co_return status::Denied();
  const std::optional<int32_t> wanted =
      request.has_capacity() ? std::optional<int32_t>(request.capacity()) : std::nullopt;
  HubFacts facts;
  bool changed = false;
  auto body = [&](Txn& txn) -> absl::StatusOr<v1::SetCapacityResponse> {
    changed = false;
    NWD_ASSIGN_OR_RETURN(const auto row, FindServiceRow(txn, *id));
    if (!row) return status::Denied();
    NWD_ASSIGN_OR_RETURN(facts, ReadHubFacts(txn, *row));
    if (facts.organisation_id.empty() || facts.organisation_id != call.organisation_id()) return status::Denied();
    call.ProveTie(common::v1::TIE_SERVICE_PROVIDER);
    auto effect = [&]() -> absl::StatusOr<v1::SetCapacityResponse> {
      v1::Service service = row->service();
      AddHubFacts(facts, row->revision(), service);
      if (!request.etag().empty() && request.etag() != service.etag()) return status::StaleEtag("service");
      facts.accepts = request.accepts_referrals();
      facts.capacity = wanted;
      ++facts.capacity_revision;
      PutCapacity(txn, *id, facts);
      AppendServiceChange(txn, *row, facts, call.Now());
      std::string detail = Cat(wanted ? Cat(*wanted, " places") : "no limit", facts.accepts ? "" : ", no referrals");
      parts_.audit.AppendPlain(txn, "service.capacity_set", call.Now(),
                               ActOf(call, request.service_id(), std::move(detail)));
      AddHubFacts(facts, row->revision(), service);
      v1::SetCapacityResponse response;
      response.set_etag(service.etag());
      changed = true;
      return response;
    };
    return parts_.requests.Once<v1::SetCapacityResponse>(txn, call, request, effect);
  };
  auto result = co_await parts_.store.Update(body, call.deadline());
  if (result.ok() && changed)
    parts_.catalogue.SetCapacity(*id, request.accepts_referrals(), wanted, facts.capacity_revision);
  co_return result;
}

}  // namespace nwd::directory
