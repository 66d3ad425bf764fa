// SPDX-License-Identifier: GPL-2.0-or-later
// An NTP server that serves configured values, true or false. (A chronyd that does not set the clock can only serve the
// machine's own time.) Real packets. Must not know any client.
#pragma once

#include <chrono>
#include <mutex>
#include <thread>

#include "lab.h"

namespace fos1::lab {

/// The content of its answers (RFC 5905, figure 8).
struct NtpClaim {
    std::chrono::nanoseconds offset{0};  ///< relative to the machine's clock
    int stratum = 1;
    int leap = 0;  ///< 3: not synchronized
    bool isSilent = false;
    quint32 refId = 0x4C414200;  ///< "LAB"
    /// The answer leaves that much later than it says, as over a network that delays it. Answers to others wait too.
    std::chrono::nanoseconds delay{0};
    int ppm = 0;  ///< its clock gains that much, from the claim on
};

class NtpResponder {
   public:
    /// Answers client requests to UDP port 123 of namespace `ns`, over IPv4 and IPv6, in a thread of its own.
    NtpResponder(const Lab& lab, const QString& ns, NtpClaim claim);
    ~NtpResponder();
    NtpResponder(const NtpResponder&) = delete;
    NtpResponder& operator=(const NtpResponder&) = delete;

    /// Empty when it answers requests, otherwise what went wrong.
    [[nodiscard]] QString problem() const { return m_problem; }

    /// Applies from the next answer on.
    void claim(NtpClaim claim);

   private:
    void serve();
    /// With what its clock has gained meanwhile.
    [[nodiscard]] NtpClaim claimed() const;

    QString m_problem;
    int m_socket = -1;
    int m_stop = -1;  ///< an eventfd
    mutable std::mutex m_mutex;
    NtpClaim m_claim;                                 ///< guarded by m_mutex
    std::chrono::steady_clock::time_point m_claimed;  ///< the same
    std::thread m_thread;
};

}  // namespace fos1::lab
