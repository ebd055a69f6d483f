#include "services/referral/appointment_service.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/referral/appointment_rows.h"
#include "services/referral/changes.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/paging.h"
#include "services/referral/party.h"
#include "services/referral/person_key.h"
#include "services/referral/reasons.h"
#include "services/referral/texts.h"
#include "services/referral/times.h"
#include "services/referral/visibility.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

// An appointment with its referral, where the caller is party to that; else status::Denied(). Proves TIE_REFERRAL_PARTY
// and, for the receiver, TIE_RECEIVER.
struct Booked {
  storage::Appointment appointment;
  storage::Referral referral;
};

absl::StatusOr<storage::Referral> GetReferral(const store::Reader& reader, rpc::Call& call,
                                              const std::string& referral_id) {
  NWD_ASSIGN_OR_RETURN(storage::Referral referral, GetForParty(reader, call, referral_id));
  const bool receiver = SidesOf(referral, call.organisation_id()).Has(Actor::kReceiver);
  if (call.rule().tie() == common::v1::TIE_RECEIVER && !receiver) return status::Denied();
  if (receiver) call.ProveTie(common::v1::TIE_RECEIVER);
  return referral;
}

absl::StatusOr<Booked> GetBooked(const store::Reader& reader, rpc::Call& call, const std::string& appointment_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Appointment> appointment, appointments::Find(reader, appointment_id));
  if (!appointment) return status::Denied();
  Booked booked;
  NWD_ASSIGN_OR_RETURN(booked.referral, GetReferral(reader, call, appointment->referral_id()));
  booked.appointment = *std::move(appointment);
  return booked;
}

absl::Status CheckTakenOn(const storage::Referral& referral) {
  if (kTakenOn.Has(referral.state())) return absl::OkStatus();
  const std::string state = StateWord(referral.state());
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
                       Cat("the referral is ", state, "; appointments are made in ", StateWords(kTakenOn)),
                       {{"state", state}, {"states", StateWords(kTakenOn)}});
}

absl::Status CheckAhead(absl::Time start, absl::Time now) {
  if (start <= now + kBookAheadMax) return absl::OkStatus();
  return status::InvalidField("start_time", Cat("lies more than ", kBookAheadMax / absl::Hours(24), " days ahead"));
}

std::string AuditType(AppointmentState state) {
  std::string type = "appointment." + AppointmentStateWord(state);
  absl::AsciiStrToLower(&type);
  return type;
}

void Write(store::Txn& txn, const Parts& parts, const rpc::Call& call, const storage::Appointment* before,
           const storage::Appointment& after, const storage::Referral& referral, const crypto::AeadKey& key) {
  appointments::Put(txn, before, after);
  txn.Append(store::Feed::kChanges, AppointmentChangeOf(after, Micros(call.Now())).SerializeAsString());
  parts.mover.Audit(txn, AuditType(after.state()), referral, after.appointment_id(), DoerOf(call), key, after.state());
}

}  // namespace

async::Task<absl::StatusOr<v1::BookAppointmentResponse>> AppointmentService::BookAppointment(
    rpc::Call& call, const v1::BookAppointmentRequest& request) {
  auto look = [&](const store::Reader& reader) { return GetReferral(reader, call, request.referral_id()); };
  NWD_CO_ASSIGN_OR_RETURN(const storage::Referral seen, co_await parts_.store.View(look));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await EnsureKey(parts_, seen.person_id()));
  const absl::Time now = call.Now();
  const absl::Time start = FromMicros(Micros(request.start_time()));

  storage::Appointment fresh;
  fresh.set_appointment_id(ids::Uuid::Random().ToString());
  fresh.set_referral_id(request.referral_id());
  fresh.set_person_id(seen.person_id());
  fresh.set_duration_minutes(request.duration_minutes());
  fresh.set_sealed_place(SealText(*key, fresh.appointment_id(), kPlace, request.place()));
  fresh.set_create_time_us(Micros(now));

  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::BookAppointmentResponse> {
    NWD_ASSIGN_OR_RETURN(const storage::Referral referral, GetReferral(txn, call, request.referral_id()));
    auto effect = [&]() -> absl::StatusOr<v1::BookAppointmentResponse> {
      NWD_RETURN_IF_ERROR(CheckAhead(start, now));
      NWD_RETURN_IF_ERROR(CheckTakenOn(referral));
      NWD_ASSIGN_OR_RETURN(const int count, appointments::Count(txn, request.referral_id()));
      if (count >= kAppointmentsPerReferralMax) {
        return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kTooManyAppointments,
                             Cat("a referral takes at most ", kAppointmentsPerReferralMax,
                                 " appointments; keep further ones in your own system"),
                             {{"max", Cat(kAppointmentsPerReferralMax)}});
      }
      NWD_ASSIGN_OR_RETURN(const storage::Appointment booked,
                           MoveAppointment(fresh, v1::APPOINTMENT_STATE_BOOKED, now, start));
      Write(txn, parts_, call, nullptr, booked, referral, *key);
      v1::BookAppointmentResponse response;
      response.set_appointment_id(booked.appointment_id());
      response.set_etag(EtagOf(booked));
      return response;
    };
    return parts_.requests.Once<v1::BookAppointmentResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

template <class Response, class Request>
async::Task<absl::StatusOr<Response>> AppointmentService::Move(rpc::Call& call, const Request& request,
                                                               AppointmentState to, std::optional<absl::Time> start) {
  auto look = [&](const store::Reader& reader) { return GetBooked(reader, call, request.appointment_id()); };
  NWD_CO_ASSIGN_OR_RETURN(const Booked seen, co_await parts_.store.View(look));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await EnsureKey(parts_, seen.referral.person_id()));
  const absl::Time now = call.Now();
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Response> {
    NWD_ASSIGN_OR_RETURN(const Booked booked, GetBooked(txn, call, request.appointment_id()));
    auto effect = [&]() -> absl::StatusOr<Response> {
      if (EtagOf(booked.appointment) != request.etag()) return status::StaleEtag("appointment");
      if (start) {
        NWD_RETURN_IF_ERROR(CheckAhead(*start, now));
        NWD_RETURN_IF_ERROR(CheckTakenOn(booked.referral));
      }
      NWD_ASSIGN_OR_RETURN(const storage::Appointment next, MoveAppointment(booked.appointment, to, now, start));
      Write(txn, parts_, call, &booked.appointment, next, booked.referral, *key);
      Response response;
      response.set_etag(EtagOf(next));
      if constexpr (requires { response.set_state(next.state()); }) response.set_state(next.state());
      return response;
    };
    return parts_.requests.Once<Response>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::RescheduleAppointmentResponse>> AppointmentService::RescheduleAppointment(
    rpc::Call& call, const v1::RescheduleAppointmentRequest& request) {
  const absl::Time start = FromMicros(Micros(request.start_time()));
  return Move<v1::RescheduleAppointmentResponse>(call, request, v1::APPOINTMENT_STATE_RESCHEDULED, start);
}

async::Task<absl::StatusOr<v1::CancelAppointmentResponse>> AppointmentService::CancelAppointment(
    rpc::Call& call, const v1::CancelAppointmentRequest& request) {
  const AppointmentState to =
      request.by_person() ? v1::APPOINTMENT_STATE_CANCELLED_BY_PERSON : v1::APPOINTMENT_STATE_CANCELLED_BY_PROVIDER;
  return Move<v1::CancelAppointmentResponse>(call, request, to, std::nullopt);
}

async::Task<absl::StatusOr<v1::RecordAttendanceResponse>> AppointmentService::RecordAttendance(
    rpc::Call& call, const v1::RecordAttendanceRequest& request) {
  constexpr AppointmentStates kAttendance = {v1::APPOINTMENT_STATE_ATTENDED, v1::APPOINTMENT_STATE_LATE,
                                             v1::APPOINTMENT_STATE_NO_SHOW};
  if (!kAttendance.Has(request.attendance())) {
    co_return status::InvalidField("attendance", "must be ATTENDED, LATE or NO_SHOW");
  }
  co_return co_await Move<v1::RecordAttendanceResponse>(call, request, request.attendance(), std::nullopt);
}

async::Task<absl::StatusOr<v1::GetAppointmentResponse>> AppointmentService::GetAppointment(
    rpc::Call& call, const v1::GetAppointmentRequest& request) {
  auto look = [&](const store::Reader& reader) { return GetBooked(reader, call, request.appointment_id()); };
  NWD_CO_ASSIGN_OR_RETURN(const Booked booked, co_await parts_.store.View(look));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await FindKey(parts_, booked.referral.person_id()));
  v1::GetAppointmentResponse response;
  NWD_CO_ASSIGN_OR_RETURN(*response.mutable_appointment(), ShowAppointment(booked.appointment, key));
  co_return response;
}

async::Task<absl::StatusOr<v1::ListAppointmentsResponse>> AppointmentService::ListAppointments(
    rpc::Call& call, const v1::ListAppointmentsRequest& request) {
  auto load = [&](const store::Reader& reader) { return GetReferral(reader, call, request.referral_id()); };
  NWD_CO_ASSIGN_OR_RETURN(const storage::Referral seen, co_await parts_.store.View(load));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await FindKey(parts_, seen.person_id()));
  Page<v1::ListAppointmentsRequest> page(parts_.tokens, call, request);
  NWD_CO_ASSIGN_OR_RETURN(const store::Range range,
                          page.RangeAfter(store::PrefixRange(keys::Appointments(request.referral_id()))));
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListAppointmentsResponse> {
    v1::ListAppointmentsResponse response;
    auto show = [&](std::string_view index_key, std::string_view) -> absl::StatusOr<bool> {
      NWD_ASSIGN_OR_RETURN(const auto appointment, appointments::Find(reader, keys::LastId(index_key)));
      if (!appointment) return absl::DataLossError("an index names an appointment that is not there");
      NWD_ASSIGN_OR_RETURN(*response.add_appointments(), ShowAppointment(*appointment, key));
      return true;
    };
    NWD_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.Fill(reader, range, show));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

void AppointmentService::Register(rpc::Router& router) {
  router.Unary(this, &AppointmentService::BookAppointment);
  router.Unary(this, &AppointmentService::RescheduleAppointment);
  router.Unary(this, &AppointmentService::CancelAppointment);
  router.Unary(this, &AppointmentService::RecordAttendance);
  router.Unary(this, &AppointmentService::GetAppointment);
  router.Unary(this, &AppointmentService::ListAppointments);
}

}  // namespace nwd::referral
