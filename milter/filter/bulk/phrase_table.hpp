#pragma once

#include <array>

#include "milter/filter/bulk/phrases.hpp"

namespace lazaret::filter {

/// The phrases of one language that speak for one thing, between bars.
///
/// Words in small letters without accents, one space between them; `0` is any word with a digit. A
/// phrase that two languages have stands in the first of them.
struct Phrases {
    PhraseKind kind;
    std::string_view text;
};

inline constexpr auto phrase_table = std::to_array<Phrases>({
    // English
    {PhraseKind::Leave,
     "unsubscribe|unsubscribing|opt out|email preferences|manage preferences|"
     "manage your preferences|update your preferences|subscription preferences|"
     "stop receiving|wish to receive|longer want to receive"},
    {PhraseKind::Online,
     "view in browser|in your browser|view online|read online|web version|as a web page"},
    {PhraseKind::Offer,
     "% off|0 off|sale|deals|free shipping|discount|promo code|coupon|shop now|"
     "new arrivals|last chance|limited time|newsletter|giveaway|sweepstakes|presale|"
     "webinar|this week|this month|special offer|exclusive|gift guide|now available|"
     "new issue|latest issue|weekly digest|rewards|sign up today|top stories"},
    {PhraseKind::Business,
     "order confirmation|order confirmed|order is confirmed|order 0|order number|"
     "for your order|your order has|your order is|your order was|has shipped|have shipped|"
     "been shipped|your shipment|your package|out for delivery|been delivered|"
     "tracking number|invoice|receipt|account statement|billing statement|"
     "statement is available|statement available|statement is ready|estatement|"
     "payment received|payment confirmation|your payment|payment reminder|payment due|"
     "payment failed|amount due|password|verification code|security code|security alert|"
     "sign in attempt|new sign in|new login|recent login|new device|confirm your email|"
     "verify your|tagged you|mentioned you|commented on|replied to|sent you a message|"
     "booking confirmation|boarding pass|refund|card issued|your recent purchase|"
     "terms of service"},
    {PhraseKind::Personal,
     "your order|your account|appointment|reservation|invitation|reminder|login|"
     "happy birthday|privacy policy"},
    // French
    {PhraseKind::Leave, "desabonner|desabonnement|desinscrire|desinscription|ne plus recevoir"},
    {PhraseKind::Online, "version en ligne|dans votre navigateur|dans le navigateur|version web"},
    {PhraseKind::Offer,
     "soldes|promo|promotions|remise|livraison offerte|livraison gratuite|offre|offres|"
     "nouveautes|bons plans|infolettre|cette semaine"},
    {PhraseKind::Business,
     "confirmation de commande|votre commande|commande 0|commande n 0|facture|"
     "votre paiement|paiement recu|recu de paiement|mot de passe|code de verification|"
     "code de securite|alerte de securite|nouvelle connexion|ete expedie|ete expediee|"
     "votre colis|releve de compte|votre releve|confirmation de reservation|"
     "votre reservation|remboursement|votre billet"},
    {PhraseKind::Personal, "rendez vous|rappel|votre compte"},
    // German
    {PhraseKind::Leave,
     "abmelden|abbestellen|austragen|newsletter abmeldung|keine weiteren e mails"},
    {PhraseKind::Online, "im browser|browserversion|online ansehen"},
    {PhraseKind::Offer,
     "rabatt|angebot|angebote|aktion|gutschein|versandkostenfrei|jetzt sparen|neuheiten|"
     "nur heute|gewinnspiel|diese woche"},
    {PhraseKind::Business,
     "bestellbestatigung|auftragsbestatigung|ihre bestellung|deine bestellung|"
     "bestellung 0|rechnung|zahlungseingang|zahlungserinnerung|zahlung erhalten|"
     "ihre zahlung|kontoauszug|passwort|kennwort|bestatigungscode|sicherheitscode|"
     "sicherheitswarnung|sicherheitshinweis|neue anmeldung|versandbestatigung|"
     "wurde versandt|wurde verschickt|ihr paket|dein paket|buchungsbestatigung|"
     "ihre buchung|mahnung|ruckerstattung"},
    {PhraseKind::Personal, "terminbestatigung|ihr termin|erinnerung|ihr konto"},
    // Italian
    {PhraseKind::Leave,
     "disiscriviti|disiscrizione|cancella iscrizione|annulla l iscrizione|cancellarti|"
     "non ricevere piu"},
    {PhraseKind::Online, "nel browser|versione online|nel tuo browser"},
    {PhraseKind::Offer,
     "sconto|sconti|offerta|offerte|saldi|promozione|spedizione gratuita|novita|solo oggi|"
     "questa settimana"},
    {PhraseKind::Business,
     "conferma d ordine|conferma ordine|conferma dell ordine|tuo ordine|ordine 0|fattura|"
     "ricevuta|pagamento ricevuto|tuo pagamento|codice di verifica|codice di sicurezza|"
     "avviso di sicurezza|nuovo accesso|stato spedito|tuo pacco|estratto conto|rimborso"},
    {PhraseKind::Personal, "appuntamento|prenotazione|promemoria"},
    // Spanish
    {PhraseKind::Leave,
     "darse de baja|darte de baja|cancelar suscripcion|cancelar la suscripcion|"
     "anular la suscripcion|dejar de recibir"},
    {PhraseKind::Online, "en el navegador|en tu navegador|en su navegador"},
    {PhraseKind::Offer,
     "descuento|descuentos|oferta|ofertas|rebajas|envio gratis|novedades|promocion|"
     "boletin|esta semana"},
    {PhraseKind::Business,
     "confirmacion de pedido|confirmacion del pedido|tu pedido|su pedido|pedido 0|factura|"
     "recibo|tu pago|su pago|pago recibido|contrasena|codigo de verificacion|"
     "codigo de seguridad|alerta de seguridad|inicio de sesion|sido enviado|tu paquete|"
     "su paquete|estado de cuenta|reembolso"},
    {PhraseKind::Personal, "tu cita|su cita|reserva|recordatorio"},
    // Dutch
    {PhraseKind::Leave, "afmelden|uitschrijven|niet meer ontvangen"},
    {PhraseKind::Online, "bekijk online|webversie|in je browser|in uw browser"},
    {PhraseKind::Offer,
     "korting|aanbieding|aanbiedingen|gratis verzending|uitverkoop|nieuwsbrief|"
     "nieuw binnen|deze week"},
    {PhraseKind::Business,
     "orderbevestiging|bestelbevestiging|je bestelling|uw bestelling|bestelling 0|factuur|"
     "betaling ontvangen|je betaling|uw betaling|wachtwoord|verificatiecode|"
     "beveiligingscode|beveiligingsmelding|nieuwe aanmelding|is verzonden|je pakket|"
     "uw pakket|rekeningafschrift|terugbetaling"},
    {PhraseKind::Personal, "afspraak|reservering|herinnering"},
    // Portuguese
    {PhraseKind::Leave,
     "cancelar inscricao|cancelar a inscricao|cancelar subscricao|cancelar a subscricao|"
     "descadastrar|deixar de receber"},
    {PhraseKind::Online, "no navegador|no seu navegador|versao online"},
    {PhraseKind::Offer,
     "desconto|descontos|promocao|promocoes|frete gratis|portes gratis|novidades|saldos"},
    {PhraseKind::Business,
     "confirmacao do pedido|confirmacao de pedido|confirmacao da encomenda|seu pedido|"
     "sua encomenda|encomenda 0|fatura|nota fiscal|pagamento recebido|seu pagamento|senha|"
     "palavra passe|codigo de verificacao|codigo de seguranca|alerta de seguranca|"
     "novo acesso|foi enviado|foi enviada|extrato"},
    {PhraseKind::Personal, "sua consulta|lembrete"},
    // Polish
    {PhraseKind::Leave, "wypisz|wypisac|zrezygnuj|zrezygnowac|anuluj subskrypcje"},
    {PhraseKind::Online, "w przegladarce|wersja online"},
    {PhraseKind::Offer,
     "rabat|rabatu|promocja|promocje|promocji|wyprzedaz|darmowa dostawa|nowosci|okazje|"
     "znizka|znizki|w tym tygodniu"},
    {PhraseKind::Business,
     "potwierdzenie zamowienia|twoje zamowienie|zamowienie 0|zamowienie nr 0|"
     "zamowienia nr|faktura|faktury|paragon|platnosc|platnosci|haslo|hasla|"
     "kod weryfikacyjny|alert bezpieczenstwa|nowe logowanie|zostalo wyslane|"
     "zostala wyslana|przesylka|twoja paczka|wyciag|potwierdzenie rezerwacji"},
    {PhraseKind::Personal, "wizyta|przypomnienie"},
    // Norwegian
    {PhraseKind::Leave, "meld deg av|avmelding|avslutt abonnement"},
    {PhraseKind::Online, "i nettleseren|nettversjon"},
    {PhraseKind::Offer, "tilbud|salg|nyhetsbrev|fri frakt|kampanje|denne uken"},
    {PhraseKind::Business,
     "ordrebekreftelse|bestillingen din|ordre 0|kvittering|betaling mottatt|passord|"
     "bekreftelseskode|sikkerhetskode|sikkerhetsvarsel|ny palogging|er sendt|pakken din|"
     "kontoutskrift|refusjon"},
    {PhraseKind::Personal, "paminnelse|timen din"},
});

}  // namespace lazaret::filter
