"""The words by which people describe a symptom, in English, French, German, Spanish and Chinese.

A concept is what they mean; its words are beginnings, in small letters and without accents, as `fold` leaves them.
"""

from collections.abc import Iterator, Mapping

# One concept a paragraph; `_` is a space that counts.
_TABLE = """
outlook: outlook

outlook-mobile: outlook mobile, outlook for ios, outlook for android, outlook app, outlook-app, outlook 手机

new-outlook: new outlook, nouvel outlook, neue outlook, neues outlook, nuevo outlook, 新版 outlook, 新 outlook

phone: phone, iphone, ipad, android, mobile, smartphone, cellphone, tablet, handy, mobiltelefon, telefon, telephone,
  appareils mobiles, movil, celular, 手机, 安卓, 移动设备

iphone: iphone, ipad, ios_, apple mail, mac mail, 苹果

old-device: old phone, old android, older phone, older android, older device, old device, android 4, android 5,
  android 6, android 7, windows 7, windows xp, altes handy, alte geraete, alte gerate, vieux telephone,
  ancien telephone, anciens appareils, telefono antiguo, telefonos antiguos, 旧手机, 老手机

gmail: gmail

firefox: firefox, 火狐

chrome: chrome, chromium, edge, 谷歌浏览器

browser: browser, chrome, firefox, edge, safari, internet explorer, webmail, navigateur, navegador, 浏览器

linux: linux, java, openssl, curl, ubuntu, debian

thunderbird: thunderbird, 雷鸟

mailstore: mailstore, mail store

crm: e-mail router, email router, e mail router, crm, dynamics, routeur de messagerie

exchange: exchange

works: work, fine, _ok, okay, no problem, funktionier, geht, laeuft, lauft, klappt, fonctionn, marche, passe bien,
  funciona, va bien, 正常, 没问题, 没有问题, 可以用

fails: not_, n't, n’t, fail, error, invalid, refus, reject, cannot, no longer, warn, untrusted, broken, nicht, kein,
  fehler, ungultig, ungueltig, abgelehnt, n'est pas, _pas_, echou, echec, erreur, invalide, impossible, avertiss,
  falla, rechaz, aviso, _no_, 不, 无法, 失败, 错误, 无效, 警告, 报错

certificate: cert, ssl, tls, zertifikat, 证书

warning: warn, alert, prompt, popup, pop up, pop-up, dialog, security message, avertiss, meldung, aviso, advertencia,
  警告, 警报, 提示, 弹出, 弹窗

password: password, credential, log on, logon, login, passwort, kennwort, anmeld, mot de passe, identifiants,
  contrasena, credencial, 密码, 凭据

again: again, repeated, keeps, keep_, constantly, every time, endless, loop, hourly, every hour, wieder, standig,
  staendig, immer, jedes mal, sans cesse, encore et encore, a chaque, en boucle, repetid, una y otra, cada vez,
  continuamente, 反复, 一直, 不断, 重复, 每次

renewal: renew, new certificate, new cert, replac, changed the cert, certificate change, erneuer, verlanger,
  verlaenger, neue zertifikat, neues zertifikat, neuem zertifikat, zertifikatswechsel, renouvel, nouveau certificat,
  remplac, renov, nuevo certificado, 续订, 更新证书, 证书更新, 更换, 新证书, 续期

old-certificate: old cert, previous cert, still the old, alte zertifikat, altes zertifikat, altem zertifikat,
  ancien certificat, certificat precedent, certificado anterior, certificado antiguo, certificado viejo, 旧证书,
  以前的证书, 原证书

out-of-office: out of office, out-of-office, oof_, automatic repl, abwesenheit, absence du bureau, d'absence,
  d’absence, reponses automatiques, fuera de la oficina, fuera de oficina, respuestas automaticas, 外出, 自动答复

free-busy: free/busy, free busy, free-busy, frei/gebucht, frei-gebucht, verfugbarkeit, disponibilit, libre/ocupado,
  忙/闲, 忙闲

address-book: address book, oab, adressbuch, carnet d'adresses, carnet d’adresses, libreta de direcciones, 通讯簿,
  地址簿

sometimes: sometimes, intermittent, now and then, randomly, some users, manchmal, gelegentlich, sporadisch, parfois,
  de temps en temps, par intermittence, a veces, intermiten, 有时, 偶尔, 间歇

inside: inside, internal, in the office, _lan_, domain joined, domain-joined, intern_, interne, im buro, im buero,
  im haus, au bureau, en la oficina, interna, 内部, 内网, 公司内

outside: outside, external, remote, from home, vpn, extern, von zuhause, unterwegs, homeoffice, home office,
  exterieur, a distance, distants, desde casa, remot, 外部, 外网, 远程

dns-change: dns provider, changed dns, dns change, moved dns, new dns, srv record, dns-anbieter, dns-umzug,
  srv-eintrag, fournisseur dns, enregistrement srv, proveedor dns, proveedor de dns, registro srv, dns提供商,
  dns 提供商, srv记录, srv 记录, srvlogging

autodiscover: autodiscover, auto discover, autoermittlung, decouverte automatique, autodetecc,
  deteccion automatica, 自动发现

new-domain: other domain, second domain, another domain, several domains, companyb, weitere domain, zweite domain,
  autre domaine, deuxieme domaine, otro dominio, segundo dominio, 另一个域, 第二个域, 其他域

self-signed: self-signed, self signed, selbstsigniert, selbst signiert, auto-sign, autosign, autofirmad, 自签名

assign: assign, enable-exchangecertificate, zuweis, zugewies, attribu, affect, asign, 分配, 指派

remove: remove, delete, unassign, entfern, losch, loesch, supprim, retirer, elimin, quitar, 删除, 移除

imap-pop: imap, pop3, pop_

wildcard: wildcard, platzhalter, caractere generique, comodin, 通配符

unified-messaging: unified messaging, umcallrouter, messagerie unifiee, mensajeria unificada, 统一消息

replace-default: overwrite the existing default smtp, default smtp, smtp par defaut, smtp exchange par defaut,
  auto-signe exchange par defaut, standard-smtp, smtp predeterminado, 默认 smtp, 默认smtp

status: status, etat_, estado, 状态

service: service, dienst, servicio, 服务

valid: valid, gultig, gueltig, 有效

blank-page: blank page, white page, empty page, leere seite, weisse seite, page blanche, page vierge, page vide,
  pagina en blanco, 空白

web-access: owa, ecp, eac_, outlook on the web, outlook web, outlook sur le web, admin center, outlook 网页

deferred: defer, queue, stuck, delayed, bounce, warteschlange, verzoger, zuruckgestellt, file d'attente, differe,
  en cola, retrasad, 队列, 延迟, 退信

other-servers: other server, partner, other domains, some senders, incoming mail, inbound, andere server,
  eingehende, autres serveurs, entrant, otros servidores, entrante, 对方服务器, 入站, 其他服务器

setup: set up, setup, configur, add account, add the account, adding the account, new account, find the settings,
  einricht, konto hinzu, parametr, ajouter le compte, ajouter un compte, anadir la cuenta, agregar la cuenta,
  设置账户, 添加账户, 添加帐户, 配置

not-found: not find, n't find, n’t find, not found, no settings, nicht gefunden, findet nicht, findet keine,
  ne trouve, introuvable, no encuentra, 找不到

scanner: antivirus, anti-virus, avast, avg_, kaspersky, eset_, bitdefender, norton, virenscanner, virenschutz,
  web shield, ssl inspection, ssl-inspektion, inspection ssl, inspeccion ssl, 杀毒, 卡巴斯基

balancer: load balancer, loadbalancer, balancer, reverse proxy, kemp, equilibreur, balanceador, 负载均衡

accept: accept, trust, continue, proceed, ignore, exception, akzeptier, vertrauen, ausnahme, ignorier, continuer,
  aceptar, confiar, 接受, 信任, 继续, 例外
"""


def _rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    for paragraph in _TABLE.strip().split("\n\n"):
        concept, _, words = paragraph.partition(":")
        yield concept, tuple(word.strip().replace("_", " ") for word in words.replace("\n", " ").split(","))


CONCEPTS: Mapping[str, tuple[str, ...]] = dict(_rows())
"""The words of each concept."""


def occurrences(concept: str, folded: str) -> Iterator[tuple[int, str]]:
    """Where a concept's words stand in a folded text: alphabets from the beginning of a word on, Chinese anywhere."""
    for word in CONCEPTS[concept]:
        anywhere = not word[0].isalnum() or not word[0].isascii() or word.startswith(("n't", "n’t"))
        at = folded.find(word)
        while at >= 0:
            if anywhere or at == 0 or not (folded[at - 1].isascii() and folded[at - 1].isalnum()):
                yield at, word
            at = folded.find(word, at + 1)
