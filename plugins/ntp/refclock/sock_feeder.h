// SPDX-License-Identifier: GPL-2.0-or-later
// Gives samples to chronyd's SOCK driver (chrony.conf(5), "refclock"; refclock_sock.c). Not connected, so that a
// chronyd that was started again gets the next sample.
#pragma once

#include <QString>

#include "fos1/result.h"
#include "refclock/arrival.h"

namespace fos1::ntp {

enum class SampleLeap { None = 0, Insert = 1, Delete = 2 };

class SockFeeder {
   public:
    explicit SockFeeder(QString path);
    ~SockFeeder();
    SockFeeder(const SockFeeder&) = delete;
    SockFeeder& operator=(const SockFeeder&) = delete;

    /// At `arrival` it was `unixNs`. Does not block; a sample that chronyd cannot take now is lost, and the error
    /// says why.
    [[nodiscard]] Result<void> send(qint64 unixNs, const Arrival& arrival, SampleLeap leap = SampleLeap::None);

   private:
    QString m_path;
    int m_socket = -1;
};

}  // namespace fos1::ntp
