// SPDX-License-Identifier: GPL-2.0-or-later
// Answers the page "show" according to its argument: hello (none), code, error, later, twice, garbage, large, never,
// throw, hang or thread (another thread).
#include <unistd.h>

#include <QTimer>
#include <stdexcept>
#include <thread>

#include "bad_plugin.h"
#include "fos1/page.h"

namespace {

QCborMap good(const QString& text) {
    return fos1::page::Document(QStringLiteral("Pages"))
        .add(fos1::page::Fields().add(QStringLiteral("Says"), fos1::page::text(text)))
        .toCbor();
}

class Pages : public fos1::IPages {
   public:
    void page(const QString& /*name*/, const QString& argument, quint64 ticket) override {
        if (argument == u"later") {
            QTimer::singleShot(50, [this, ticket] { m_replies->reply(ticket, good(QStringLiteral("later"))); });
            return;
        }
        if (argument == u"never") return;
        if (argument == u"throw") throw std::runtime_error("page is too hard");
        if (argument == u"hang")
            for (;;) ::pause();
        if (argument == u"garbage") {
            m_last = m_replies->reply(ticket, {{QStringLiteral("title"), 7}});
            return;
        }
        if (argument == u"large") {
            m_last = m_replies->reply(ticket, good(QString(1'100'000, u'x')));
            return;
        }
        if (argument == u"error") {
            m_last = m_replies->reply(ticket, fos1::page::error(QStringLiteral("there is nothing to show")));
            return;
        }
        if (argument == u"thread") {
            std::thread([this, ticket] { m_last = m_replies->reply(ticket, good({})); }).join();
            m_replies->reply(ticket, good(QStringLiteral("code %1").arg(m_last)));
            return;
        }
        m_replies->reply(ticket,
                         good(argument == u"code" ? QStringLiteral("code %1").arg(m_last) : QStringLiteral("hello")));
        if (argument == u"twice") m_replies->reply(ticket, good(QStringLiteral("again")));
    }
    void open(fos1::IHost& host) { m_replies = fos1::feature<fos1::IPageReplies>(host); }

   private:
    fos1::IPageReplies* m_replies = nullptr;
    int m_last = 0;  ///< the return value of the last reply()
};

}  // namespace

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        m_pages.open(*host);
        return BadPlugin::start(host);
    }
    fos1::IInterface* query(const QString& iid) override {
        return iid == QLatin1String(fos1::IPages::kIid) ? &m_pages : nullptr;
    }

   private:
    Pages m_pages;
};

#include "pages.moc"
