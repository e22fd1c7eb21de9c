//! The sentences of letters to people, in the languages that a rulebook can have. Must hold nothing but words.

/// Every sentence in one language; `{name}` is filled in.
pub(super) struct Words {
    pub(super) decision: &'static str,
    pub(super) code: &'static str,
    pub(super) code_text: &'static str,
    pub(super) link: &'static str,
    pub(super) link_text: &'static str,
    pub(super) ended: &'static str,
    pub(super) ended_text: &'static str,
    pub(super) received: &'static str,
    pub(super) received_text: &'static str,
    pub(super) answered: &'static str,
    pub(super) reported: &'static str,
    pub(super) reported_page: &'static str,
    /// The first letter to an address that a report named.
    pub(super) asks: &'static str,
    pub(super) asks_text: &'static str,
    pub(super) ends: &'static str,
    pub(super) granted: &'static str,
    pub(super) varied: &'static str,
    pub(super) rejected: &'static str,
    pub(super) reasons: &'static str,
    pub(super) your_page: &'static str,
    pub(super) outside: &'static str,
}

const EN: Words = Words {
    decision: "A decision about your post on {provider}",
    code: "Your code: {code}",
    code_text: "Your one-time code is {code}. It opens your page about moderation on {provider} and lapses after 15 minutes. If you did not ask for it, you need do nothing.",
    link: "A new link to your page on {provider}",
    link_text: "The link to your page about moderation on {provider} had lapsed. This is a new one.",
    ended: "A measure on {provider} is over",
    ended_text: "This was decided for a limited time: {measure}. The time was over at {at}, and it has ended by itself. You need do nothing. The decision stands; your page says until when it counts.",
    received: "Your appeal arrived",
    received_text: "Your appeal arrived. Somebody who took no part in the decision will look at it, and answer by {day}.",
    answered: "Your appeal was answered",
    reported: "What became of your report on {provider}",
    reported_page: "The whole statement of reasons is public. If you think that it is wrong, contest it by the link in your receipt. The statement:",
    asks: "Do you want letters about your report on {provider}?",
    asks_text: "Somebody reported something on {provider}, gave this address, and wished to be told here what becomes of it. If that was you, confirm it within three days by this link. If it was not, you need do nothing: nothing else is sent to you. By the same link you can also say so for good:",
    ends: "This ends such letters to your address:",
    granted: "Your appeal was granted: the decision is undone, and what was taken from you because of it is given back.",
    varied: "Your appeal was granted in part: something milder takes the place of the decision.",
    rejected: "Your appeal was looked at by somebody who took no part in the decision. The decision stands.",
    reasons: "The reasons: {reason}",
    your_page: "Your page, with every decision about you, its reasons and its clocks:",
    outside: "You can have it looked at a second time by another person. You can also turn to a certified out-of-court body (Article 21 of the EU's Digital Services Act), or to a court.",
};

const DE: Words = Words {
    decision: "Eine Entscheidung über Ihren Beitrag auf {provider}",
    code: "Ihr Code: {code}",
    code_text: "Ihr Einmalcode ist {code}. Er öffnet Ihre Seite zur Moderation auf {provider} und verfällt nach 15 Minuten. Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun.",
    link: "Ein neuer Link zu Ihrer Seite auf {provider}",
    link_text: "Der Link zu Ihrer Seite zur Moderation auf {provider} war abgelaufen. Dies ist ein neuer.",
    ended: "Eine Maßnahme auf {provider} ist vorbei",
    ended_text: "Dies war auf Zeit entschieden: {measure}. Die Zeit war um {at} um, und die Maßnahme hat von selbst geendet. Sie brauchen nichts zu tun. Die Entscheidung bleibt bestehen; auf Ihrer Seite steht, bis wann sie zählt.",
    received: "Ihr Einspruch ist angekommen",
    received_text: "Ihr Einspruch ist angekommen. Jemand, der an der Entscheidung nicht beteiligt war, prüft ihn und antwortet bis zum {day}.",
    answered: "Ihr Einspruch ist beantwortet",
    reported: "Was aus Ihrer Meldung auf {provider} wurde",
    reported_page: "Die ganze Begründung ist öffentlich. Wenn Sie sie für falsch halten, fechten Sie sie über den Link in Ihrer Empfangsbestätigung an. Die Begründung:",
    asks: "Möchten Sie Nachricht über Ihre Meldung auf {provider}?",
    asks_text: "Jemand hat auf {provider} etwas gemeldet, diese Adresse angegeben und gewünscht, hier zu erfahren, was daraus wird. Wenn Sie das waren, bestätigen Sie es innerhalb von drei Tagen über diesen Link. Wenn nicht, brauchen Sie nichts zu tun: Es wird Ihnen nichts weiter geschickt. Über denselben Link können Sie das auch für immer sagen:",
    ends: "So beenden Sie diese E-Mails an Ihre Adresse:",
    granted: "Ihrem Einspruch wurde stattgegeben: Die Entscheidung ist aufgehoben, und was Ihnen deshalb genommen wurde, erhalten Sie zurück.",
    varied: "Ihrem Einspruch wurde teilweise stattgegeben: An die Stelle der Entscheidung tritt eine mildere.",
    rejected: "Jemand, der an der Entscheidung nicht beteiligt war, hat Ihren Einspruch geprüft. Die Entscheidung bleibt bestehen.",
    reasons: "Die Gründe: {reason}",
    your_page: "Ihre Seite, mit jeder Entscheidung über Sie, ihren Gründen und Fristen:",
    outside: "Sie können eine zweite Prüfung durch eine andere Person verlangen. Sie können sich auch an eine zertifizierte außergerichtliche Stelle (Artikel 21 des Digital Services Act) oder an ein Gericht wenden.",
};

const ES: Words = Words {
    decision: "Una decisión sobre su publicación en {provider}",
    code: "Su código: {code}",
    code_text: "Su código de un solo uso es {code}. Abre su página sobre moderación en {provider} y caduca a los 15 minutos. Si no lo ha pedido, no tiene que hacer nada.",
    link: "Un enlace nuevo a su página en {provider}",
    link_text: "El enlace a su página sobre moderación en {provider} había caducado. Este es uno nuevo.",
    ended: "Una medida en {provider} ha terminado",
    ended_text: "Esto se decidió por un tiempo limitado: {measure}. El plazo terminó el {at} y la medida cesó por sí sola. No tiene que hacer nada. La decisión se mantiene; su página dice hasta cuándo cuenta.",
    received: "Su reclamación ha llegado",
    received_text: "Su reclamación ha llegado. La examinará alguien que no participó en la decisión, y responderá antes del {day}.",
    answered: "Su reclamación tiene respuesta",
    reported: "Qué fue de su denuncia en {provider}",
    reported_page: "La motivación completa es pública. Si cree que es errónea, impúgnela con el enlace de su acuse de recibo. La motivación:",
    asks: "¿Desea recibir noticias de su notificación en {provider}?",
    asks_text: "Alguien notificó algo en {provider}, dio esta dirección y pidió saber aquí el resultado. Si fue usted, confírmelo en el plazo de tres días con este enlace. Si no, no tiene que hacer nada: no se le enviará nada más. Con el mismo enlace también puede rechazarlo para siempre:",
    ends: "Para dejar de recibir estos correos en su dirección:",
    granted: "Su reclamación ha sido estimada: la decisión queda anulada y se le devuelve lo que se le quitó por ella.",
    varied: "Su reclamación ha sido estimada en parte: la decisión se sustituye por otra más leve.",
    rejected: "Su reclamación la examinó alguien que no participó en la decisión. La decisión se mantiene.",
    reasons: "Los motivos: {reason}",
    your_page: "Su página, con todas las decisiones sobre usted, sus motivos y sus plazos:",
    outside: "Puede pedir que otra persona la examine por segunda vez. También puede acudir a un órgano extrajudicial certificado (artículo 21 del Reglamento de Servicios Digitales) o a un tribunal.",
};

const FR: Words = Words {
    decision: "Une décision concernant votre publication sur {provider}",
    code: "Votre code : {code}",
    code_text: "Votre code à usage unique est {code}. Il ouvre votre page sur la modération de {provider} et expire après 15 minutes. Si vous ne l'avez pas demandé, vous n'avez rien à faire.",
    link: "Un nouveau lien vers votre page sur {provider}",
    link_text: "Le lien vers votre page sur la modération de {provider} avait expiré. En voici un nouveau.",
    ended: "Une mesure sur {provider} est terminée",
    ended_text: "Ceci avait été décidé pour un temps limité : {measure}. Le délai a pris fin le {at} et la mesure a cessé d'elle-même. Vous n'avez rien à faire. La décision est maintenue ; votre page indique jusqu'à quand elle compte.",
    received: "Votre recours est arrivé",
    received_text: "Votre recours est arrivé. Une personne qui n'a pas pris part à la décision l'examinera et répondra avant le {day}.",
    answered: "Votre recours a reçu une réponse",
    reported: "Les suites de votre signalement sur {provider}",
    reported_page: "L'exposé complet des motifs est public. Si vous le jugez erroné, contestez-le par le lien de votre accusé de réception. L'exposé :",
    asks: "Souhaitez-vous des nouvelles de votre signalement sur {provider} ?",
    asks_text: "Quelqu'un a signalé quelque chose sur {provider}, a donné cette adresse et a souhaité y être informé de la suite. Si c'était vous, confirmez-le dans les trois jours par ce lien. Sinon, vous n'avez rien à faire : rien d'autre ne vous sera envoyé. Le même lien permet aussi de le refuser pour toujours :",
    ends: "Pour mettre fin à ces courriels à votre adresse :",
    granted: "Votre recours est accepté : la décision est annulée et ce qui vous avait été retiré vous est rendu.",
    varied: "Votre recours est accepté en partie : une décision plus légère prend la place de la première.",
    rejected: "Votre recours a été examiné par une personne qui n'avait pas pris part à la décision. La décision est maintenue.",
    reasons: "Les motifs : {reason}",
    your_page: "Votre page, avec chaque décision vous concernant, ses motifs et ses délais :",
    outside: "Vous pouvez demander un second examen par une autre personne. Vous pouvez aussi saisir un organe extrajudiciaire certifié (article 21 du règlement sur les services numériques) ou un tribunal.",
};

const ZH: Words = Words {
    decision: "关于您在{provider}上的帖子的决定",
    code: "您的验证码：{code}",
    code_text: "您的一次性验证码是{code}。它用于打开您在{provider}的内容审核页面，15分钟后失效。如果不是您本人申请，请忽略。",
    link: "您在{provider}的页面的新链接",
    link_text: "您在{provider}的内容审核页面的链接已失效。这是新的链接。",
    ended: "{provider}上的一项措施已结束",
    ended_text: "这是一项有期限的决定：{measure}。期限已于{at}届满，该措施已自行结束。您无需进行任何操作。该决定仍然有效；您的页面说明其计入到何时。",
    received: "您的申诉已收到",
    received_text: "您的申诉已收到。将由未参与该决定的人员审查，并在{day}之前答复。",
    answered: "您的申诉已有答复",
    reported: "您在{provider}的举报的处理结果",
    reported_page: "完整的理由说明是公开的。如果您认为有误，可通过回执中的链接提出异议。理由说明：",
    asks: "您是否希望收到您在{provider}的举报的消息？",
    asks_text: "有人在{provider}提交了举报，填写了此地址，并希望在此获知处理结果。如果是您本人，请在三天内通过此链接确认。如果不是，您无需做任何事：我们不会再向您发送任何邮件。您也可以通过同一链接永久拒绝：",
    ends: "停止向您的地址发送此类邮件：",
    granted: "您的申诉成立：该决定已撤销，因该决定而采取的措施已恢复原状。",
    varied: "您的申诉部分成立：该决定已由较轻的决定取代。",
    rejected: "您的申诉已由未参与该决定的人员审查。该决定维持不变。",
    reasons: "理由：{reason}",
    your_page: "您的页面，列有关于您的每项决定、理由和期限：",
    outside: "您可以要求由另一人再次审查，也可以向经认证的庭外争议解决机构（《数字服务法》第21条）或法院提出。",
};

/// The sentences in a language; English for one that there is not.
pub(super) const fn of(language: &str) -> &'static Words {
    match language.as_bytes() {
        b"de" => &DE,
        b"es" => &ES,
        b"fr" => &FR,
        b"zh" => &ZH,
        _ => &EN,
    }
}

/// Puts values into a sentence.
pub(super) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = sentence.to_owned();
    for (name, value) in values {
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    filled
}
