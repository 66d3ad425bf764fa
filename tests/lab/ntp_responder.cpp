// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp_responder.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace fos1::lab {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHeader = 48;
constexpr quint64 kUnixEpoch = 2'208'988'800;  ///< in seconds of NTP's era 0

using Packet = std::array<unsigned char, kHeader>;

void put32(Packet& packet, std::size_t at, quint32 value) {
    for (std::size_t i = 0; i < 4; ++i) packet[at + i] = static_cast<unsigned char>(value >> (24 - 8 * i));
}

/// Seconds since 1900 and fractions of 2^-32 s (RFC 5905, section 6).
void putTime(Packet& packet, std::size_t at, std::chrono::nanoseconds sinceUnixEpoch) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(sinceUnixEpoch);
    const auto rest = static_cast<quint64>((sinceUnixEpoch - seconds).count());
    put32(packet, at, static_cast<quint32>(static_cast<quint64>(seconds.count()) + kUnixEpoch));
    put32(packet, at + 4, static_cast<quint32>((rest << 32) / 1'000'000'000));
}

std::chrono::nanoseconds now() { return std::chrono::system_clock::now().time_since_epoch(); }

Packet answerTo(const Packet& request, const NtpClaim& claim, std::chrono::nanoseconds received) {
    Packet answer{};
    const int version = request[0] >> 3 & 7;
    answer[0] = static_cast<unsigned char>(claim.leap << 6 | version << 3 | 4);
    answer[1] = static_cast<unsigned char>(claim.stratum);
    answer[2] = request[2];                       // the client's poll interval
    answer[3] = static_cast<unsigned char>(-20);  // 2^-20 s, about a microsecond
    put32(answer, 8, 1);                          // root dispersion: 15 µs
    // At stratum 0 the refid would be a kiss code.
    if (claim.stratum > 0) put32(answer, 12, claim.refId);
    putTime(answer, 16, received + claim.offset - 1s);  // the clock was set a second ago
    std::memcpy(answer.data() + 24, request.data() + 40, 8);
    putTime(answer, 32, received + claim.offset);
    putTime(answer, 40, now() + claim.offset);
    return answer;
}

}  // namespace

NtpResponder::NtpResponder(const Lab& lab, const QString& ns, NtpClaim claim)
    : m_stop(::eventfd(0, EFD_CLOEXEC)), m_claim(claim), m_claimed(std::chrono::steady_clock::now()) {
    // A socket stays in the namespace in which it was created.
    lab.inside(ns, [this] {
        m_socket = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        const int off = 0;
        ::setsockopt(m_socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        sockaddr_in6 any{};
        any.sin6_family = AF_INET6;
        any.sin6_port = htons(123);
        if (::bind(m_socket, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0)
            m_problem = QStringLiteral("no port 123: ") + qt_error_string(errno);
    });
    if (m_problem.isEmpty()) m_thread = std::thread([this] { serve(); });
}

NtpResponder::~NtpResponder() {
    ::eventfd_write(m_stop, 1);
    if (m_thread.joinable()) m_thread.join();
    ::close(m_socket);
    ::close(m_stop);
}

void NtpResponder::claim(NtpClaim claim) {
    const std::lock_guard lock(m_mutex);
    m_claim = claim;
    m_claimed = std::chrono::steady_clock::now();
}

NtpClaim NtpResponder::claimed() const {
    const std::lock_guard lock(m_mutex);
    NtpClaim claim = m_claim;
    const std::chrono::nanoseconds since = std::chrono::steady_clock::now() - m_claimed;
    claim.offset += since / 1'000'000 * claim.ppm;
    return claim;
}

void NtpResponder::serve() {
    std::array<pollfd, 2> wanted{pollfd{m_socket, POLLIN, 0}, pollfd{m_stop, POLLIN, 0}};
    while (::poll(wanted.data(), wanted.size(), -1) > 0 || errno == EINTR) {
        if (wanted[1].revents != 0) return;
        Packet request{};
        sockaddr_in6 from{};
        socklen_t size = sizeof from;
        const ssize_t got =
            ::recvfrom(m_socket, request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        const auto received = now();
        const NtpClaim claim = claimed();
        // Only plain client requests, without extension or MAC.
        if (got != static_cast<ssize_t>(kHeader) || (request[0] & 7) != 3 || claim.isSilent) continue;
        const Packet answer = answerTo(request, claim, received);
        if (claim.delay > 0ns) std::this_thread::sleep_for(claim.delay);
        // The client repeats a lost request.
        (void)!::sendto(m_socket, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
}

}  // namespace fos1::lab
