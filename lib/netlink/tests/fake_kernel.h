// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's side of netlink sockets, for tests without a kernel: what it sends is queued, what it was asked is kept.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <QList>
#include <deque>
#include <optional>

#include "netlink_messages.h"
#include "netlink_socket.h"

namespace fos1::netlink::test {

class FakeKernel {
   public:
    static constexpr quint32 kPort = 4711;

    [[nodiscard]] OpenSocket opener() {
        return [this](const SocketOptions& options) -> Result<std::unique_ptr<Socket>> {
            if (openError) return tl::unexpected(*openError);
            ++opened;
            lastOptions = options;
            return std::make_unique<FakeSocket>(*this);
        };
    }

    void send(const QByteArray& datagram) { queue({Received::What::Datagram, datagram, {}}); }
    void overrun() { queue({Received::What::Overrun, {}, {}}); }
    void fail(const QString& why) { queue({Received::What::Failure, {}, {ErrorCode::Io, why, {}}}); }

    /// The type and number of the last request, and how many there were.
    [[nodiscard]] const nlmsghdr& request() const {
        return *reinterpret_cast<const nlmsghdr*>(requests.last().constData());
    }

    QList<QByteArray> requests;
    std::optional<Error> openError;
    std::optional<Error> sendError;
    int opened = 0;
    int open = 0;
    int received = 0;
    SocketOptions lastOptions;

   private:
    class FakeSocket final : public Socket {
       public:
        explicit FakeSocket(FakeKernel& kernel) : m_kernel(kernel) {
            ++m_kernel.open;
            m_kernel.m_queue.clear();
            m_kernel.m_descriptor = m_descriptor;
        }
        ~FakeSocket() override {
            --m_kernel.open;
            m_kernel.m_descriptor = -1;
            ::close(m_descriptor);
        }
        [[nodiscard]] int descriptor() const override { return m_descriptor; }
        [[nodiscard]] quint32 portId() const override { return kPort; }
        [[nodiscard]] Received receive() override {
            if (m_kernel.m_queue.empty()) {
                quint64 count = 0;
                Q_UNUSED(::read(m_descriptor, &count, sizeof count));
                return {};
            }
            m_last = std::move(m_kernel.m_queue.front());
            m_kernel.m_queue.pop_front();
            ++m_kernel.received;
            return m_last;
        }
        [[nodiscard]] tl::expected<void, Error> send(const QByteArray& request) override {
            if (m_kernel.sendError) return tl::unexpected(*m_kernel.sendError);
            m_kernel.requests.append(request);
            return {};
        }
        [[nodiscard]] tl::expected<void, Error> join(int /*group*/) const override { return {}; }
        void leave(int /*group*/) const override {}

       private:
        FakeKernel& m_kernel;
        Received m_last;
        int m_descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    };

    void queue(Received next) {
        m_queue.push_back(std::move(next));
        const quint64 one = 1;
        if (m_descriptor >= 0) Q_UNUSED(::write(m_descriptor, &one, sizeof one));
    }

    std::deque<Received> m_queue;
    int m_descriptor = -1;
};

}  // namespace fos1::netlink::test
