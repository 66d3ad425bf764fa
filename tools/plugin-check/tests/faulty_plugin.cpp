// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin with one selectable fault. Without a selected fault it conforms.
#include <pthread.h>
#include <unistd.h>

#include <QThread>
#include <QTimer>
#include <QUdpSocket>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "fos1/page.h"
#include "fos1/plugin.h"

class FaultyPlugin : public QObject, public fos1::IPlugin, public fos1::IBusListener, public fos1::IValidator {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID FOS1_PLUGIN_IID FILE "fos1_metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    ~FaultyPlugin() override {
        if (has("crashes in its destructor")) ::raise(SIGSEGV);
    }

    QString start(fos1::IHost* host) override {
        m_host.emplace(*host);
        m_fault = host->configuration().value(QStringLiteral("fault")).toString();
        if (has("refuses to start")) return QStringLiteral("not today");
        if (has("crashes in start")) ::raise(SIGSEGV);
        if (has("throws in start")) throw std::runtime_error("no luck");
        if (has("throws later")) QTimer::singleShot(0, this, [] { throw std::runtime_error("bad luck"); });
        if (has("is slow to start")) QThread::msleep(80);
        if (has("calls from a thread")) std::thread([this] { m_host->bus().publish(kTopic, "t", {}, 0); }).join();
        if (has("leaves a thread")) startThread();
        if (has("has a UDP socket, which is no fault")) {
            m_socket = std::make_unique<QUdpSocket>();
            m_socket->bind(QHostAddress::LocalHost, 0);
            m_socket->writeDatagram("x", QHostAddress::LocalHost, m_socket->localPort());
        }
        m_host->bus().subscribe(QStringLiteral("time.sync/v1"), this);
        m_pages.addLater(QStringLiteral("show"), [this](const QString& argument, const fos1::page::Reply& reply) {
            if (has("crashes over an argument") && !argument.isEmpty()) ::raise(SIGSEGV);
            if (has("never shows its page")) return;
            if (has("shows garbage")) return reply(QCborMap());
            reply(fos1::page::Document(QStringLiteral("Fault")).addLines({m_fault}));
        });
        m_pages.open(*host);
        return {};
    }

    void reconcile(const QCborMap& snapshot, quint64 ticket) override {
        ++m_reconciles;
        const QCborArray objects = snapshot.value(QStringLiteral("objects")).toArray();
        if (has("crashes in reconcile")) ::raise(SIGSEGV);
        if (has("hangs in reconcile"))
            for (;;) ::pause();
        if (has("exits")) std::exit(7);
        if (has("is slow to reconcile")) QThread::msleep(80);
        if (has("does not answer")) return;
        if (has("trusts the spec") && !objects.isEmpty() && !objects.at(0).toMap().value(kSpec).isMap())
            ::raise(SIGSEGV);
        if (has("publishes each time")) publish(QString::number(m_reconciles));
        if (has("tells each time")) m_host->normal(QStringLiteral("Reconciled"), QStringLiteral("again"));
        if (has("writes status each time"))
            m_host->setCondition({QStringLiteral("Ready"), fos1::ConditionStatus::True, QStringLiteral("Running"),
                                  QString::number(m_reconciles), 0});
        if (has("fails now and then") && m_reconciles % 2 == 0) return m_host->fail(ticket, QStringLiteral("odd"));
        m_host->succeed(ticket);
        if (has("completes twice")) m_host->succeed(ticket);
    }

    void stop(quint64 ticket) override {
        if (has("crashes in stop")) ::raise(SIGSEGV);
        if (has("never stops")) return;
        m_socket.reset();
        if (has("stays subscribed")) return m_host->succeed(ticket);
        m_host->bus().unsubscribe(QStringLiteral("time.sync/v1"), this);
        if (has("talks after stop")) QTimer::singleShot(20, this, [this] { publish(QStringLiteral("still here")); });
        m_host->succeed(ticket);
    }

    fos1::IInterface* query(const QString& iid) override {
        if (iid == QLatin1String(fos1::IPages::kIid)) return &m_pages;
        return iid == QLatin1String(fos1::IValidator::kIid) ? static_cast<fos1::IValidator*>(this) : nullptr;
    }

    void onState(const QString& /*topic*/, const QString& /*key*/, int /*presence*/, const QCborMap& value,
                 const QCborMap& /*meta*/) override {
        const QCborValue stratum = value.value(QStringLiteral("stratum"));
        if (has("trusts the bus") && !stratum.isUndefined() && !stratum.isInteger()) ::raise(SIGSEGV);
        publish(QString::number(stratum.toInteger()));
    }

    QCborMap validate(const QCborMap& object) override {
        if (has("sleeps in validate") && !std::exchange(m_hasSlept, true)) QThread::sleep(6);
        if (has("calls the host in validate")) publish(QStringLiteral("checked"));
        if (has("trusts what it validates") && !object.value(kSpec).isMap()) ::raise(SIGSEGV);
        return fos1::validationResult({});
    }

   private:
    [[nodiscard]] bool has(const char* fault) const { return m_fault == QLatin1String(fault); }
    void publish(const QString& text) {
        m_host->bus().publish(kTopic, QStringLiteral("k"), {{QStringLiteral("text"), text}}, 0);
    }
    static void startThread() {
        std::thread worker([] {
            ::pthread_setname_np(::pthread_self(), "forgotten");
            for (;;) ::pause();
        });
        worker.detach();
    }

    const QString kTopic = QStringLiteral("faulty.state/v1");
    const QString kSpec = QStringLiteral("spec");
    fos1::page::Book m_pages;
    std::optional<fos1::HostView> m_host;
    QString m_fault;
    std::unique_ptr<QUdpSocket> m_socket;
    bool m_hasSlept = false;
    int m_reconciles = 0;
};

#include "faulty_plugin.moc"
