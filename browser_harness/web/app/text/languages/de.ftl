## page

page-title = Röntgen-Thorax-Assistent
page-release = Version { $release }
page-notice = Nicht für medizinische Zwecke
page-unreviewed = Noch niemand, der in dieser Sprache befundet, hat diese Übersetzung geprüft. Im Zweifel gilt der englische Text.
page-languageMissing = { $language } konnte nicht geladen werden.

page-less-WEAK-PASSED = WEAK_PASSED: an zu wenig geprüft
page-less-PASSED-WITH-WAIVERS = PASSED WITH WAIVERS: nicht alles bestanden, mit Ausnahmen zugelassen

page-strip = Eine Forschungsdemonstration. Ihre Zahlen sind keine Diagnose.
page-skip = Zum Inhalt springen
page-language = Sprache
page-about = Info
page-close = Schließen
page-install = Installieren
page-weights = Gewichte: { $text }. Die Zahlen haben keine klinische Bedeutung.

page-consent-heading = Vor dem ersten Bild
page-consent-lead = Diese Seite lässt neuronale Netze in Ihrem Browser Röntgenaufnahmen des Thorax beurteilen – für Forschung und Lehre.
page-consent-medicalHeading = Nicht für medizinische Zwecke
page-consent-medical = Sie ist kein Medizinprodukt und kann bei jedem Bild irren. Nutzen Sie sie nicht, um zu diagnostizieren, zu behandeln oder Entwarnung zu geben.
page-consent-privacyHeading = Bilder bleiben auf diesem Gerät
page-consent-privacy = Dateien werden in diesem Browser gelesen und berechnet. Nichts wird hochgeladen; der Seite ist es technisch verwehrt, andere Adressen aufzurufen. Bilder und Ergebnisse liegen nur im Arbeitsspeicher und sind weg, sobald Sie die Seite schließen.
page-consent-whatHeading = Was sie tut
page-consent-what = Sie prüft zuerst, ob ein Bild denen ähnelt, mit denen die Modelle trainiert wurden, schätzt dann Befunde auf frontalen Thoraxaufnahmen und zeigt auf Wunsch, von welchen Bildteilen ein Befund abhängt.
page-consent-nextHeading = Wie es weitergeht
page-consent-next = Einmalig werden { $size } an Modellen geladen. Jede Datei wird mit der geprüften Version verglichen, und die Modelle werden auf diesem Gerät getestet, bevor sie ein Bild sehen.
page-consent-models = Modelle dieser Version: { $titles }.
page-consent-agree = Ich habe verstanden: Modelle laden
page-consent-remembered = Ihre Zustimmung wird für diese Version auf diesem Gerät gespeichert.
page-consent-forgotten = Dieser Browser lässt die Seite nichts speichern: Sie fragt jedes Mal wieder, und die Modelle werden bei jedem Besuch neu geladen.

page-loading-heading = Wird vorbereitet

page-loading-stages-manifest = Version lesen
page-loading-stages-download = Modelle laden und prüfen
page-loading-stages-start = Berechnung starten
page-loading-stages-warm-up = Für dieses Gerät vorbereiten
page-loading-stages-self-test = Auf diesem Gerät testen

page-loading-bytes = { $done } von { $total }
page-loading-cached = davon { $size } aus dem Zwischenspeicher dieses Geräts

page-loading-awaited-slow = Im Moment kommt nichts an. Die Datei wird neu angefordert, von da an, wo sie stehen blieb.
page-loading-awaited-offline = Keine Verbindung. Sobald es wieder eine gibt, geht das Laden von hier aus weiter.

page-loading-counted = { $done } von { $total }
page-loading-finished = fertig
page-loading-running = läuft
page-loading-waiting = steht noch aus
page-loading-cancel = Abbrechen
page-loading-said = { $stage } …
page-loading-ready = Bereit für Bilder.

page-claimed = Beansprucht von { $name }; die Signatur zu prüfen ist Sache dessen, der diese Version erhalten hat

page-site-set = Schwellen gesetzt von { $site } am { $day }, nicht Teil der geprüften Version
page-site-heading = Schwellen dieses Standorts
page-site-own = Es gelten die eigenen Schwellen der geprüften Version.
page-site-until = Sie enden nach dem { $day }.
page-site-claims = Gibt diesen Schlüssel an, der mit keinem verglichen wurde:
page-site-choose = Schwellen aus einer Datei verwenden (site.json):
page-site-remove = Die eigenen Schwellen der Version verwenden
page-site-refused = Schwellen dieses Standorts wurden abgelehnt, alle zusammen. Es gelten die eigenen Schwellen der geprüften Version.
page-site-refusedOther = Andere Schwellen wurden abgelehnt, alle zusammen. Die bisherigen gelten weiter.

page-failed-cancelled = Das Laden wurde abgebrochen
page-failed-cancelledText = Die Modelle sind nicht geladen. Was schon geladen war, bleibt gespeichert.
page-failed-heading = Die Modelle konnten nicht geladen werden
page-failed-text = Prüfen Sie die Verbindung und versuchen Sie es noch einmal. Es wurde nichts berechnet.
page-failed-retry = Noch einmal versuchen
page-failed-details = Was geschehen ist

page-refused-heading = Auf diesem Gerät laufen die Modelle nicht zuverlässig
page-refused-text = Alle Rechenwege wurden versucht, und keiner lieferte die geprüften Zahlen. Lieber wird nichts gezeigt als etwas Zweifelhaftes.
page-refused-releaseHeading = Diese Version ist nicht verwendbar
page-refused-releaseText = Ein Teil davon ist nicht das, was geprüft wurde; deshalb wird nichts berechnet.
page-refused-contradicted = Es wurde nichts berechnet.

page-refused-unshown-heading = Diese Seite kann diese Version nicht zeigen
page-refused-unshown-text = Die Version ist das, was geprüft wurde, und enthält kein Modell, das diese Seite zeigen kann: Sie zeigt Klassifikatoren von Bildern, dazu einen Autoencoder und Erklärungen. Die geprüften Modelle liegen als Dateien im Ordner models/ neben dieser Seite und sind für Programme bestimmt. Es wurde nichts berechnet.

page-refused-revoked-heading = Diese Version darf nicht mehr verwendet werden
page-refused-revoked-text = Der Herausgeber hat sie zurückgezogen; deshalb wird nichts berechnet. Verlassen Sie sich nicht auf Ergebnisse, die sie früher geliefert hat, und fragen Sie bei der Stelle, von der Sie diese Seite haben, nach der Version, die sie ersetzt. Den Grund des Herausgebers lesen Sie unten.

page-refused-tried = Was versucht wurde
page-refused-save = Diagnosedatei speichern

page-backends-webgl = WebGL (Grafikprozessor)
page-backends-wasm = WebAssembly (Prozessor)
page-backends-cpu = reines JavaScript (langsam)

page-backendShort-webgl = WebGL
page-backendShort-wasm = WebAssembly
page-backendShort-cpu = JavaScript

page-banner-fallback = Gerechnet wird mit { $chosen }.
page-banner-refusedBackend = { $backend } wird nicht verwendet: { $why }
page-banner-restarted = Die Berechnung musste neu gestartet werden und läuft jetzt mit { $backend }. Ihr Selbsttest wurde erneut bestanden. Frühere Ergebnisse behalten die Angabe, womit sie berechnet wurden.
page-banner-stopped = Die Berechnung ist stehen geblieben. Frühere Ergebnisse bleiben erhalten; Neues wird erst nach einem Neustart berechnet.
page-banner-startAgain = Neu starten
page-banner-update = Eine neue Version steht bereit.
page-banner-updateNow = Jetzt verwenden
page-banner-updateLater = Später
page-banner-updateLoses = Damit schließen sich die Bilder und Ergebnisse dieser Sitzung.
page-banner-updateFailed = Die neue Version konnte nicht geladen werden; diese läuft weiter.
page-banner-updateProgress = Eine neue Version wird geladen: { $done } von { $total }
page-banner-compilesNothing = Dieser Browser übersetzt für diese Seite nichts in Maschinencode, wie im Blockierungsmodus oder bei erhöhter Sicherheit. Darum ist sie langsam oder läuft nicht. Lassen Sie es für diese Adresse zu und laden Sie die Seite neu.
page-banner-keepsNothing = Dieser Browser speichert für diese Seite nichts. Sie arbeitet mit dem, was sie aus dem Netz lädt; beim nächsten Besuch fragt, lädt und prüft sie von Neuem.
page-banner-dismiss = Ausblenden

page-reasons-webgl-missing = dieser Browser bietet kein WebGL 2
page-reasons-float32-missing = hier wird mit zu wenigen Stellen gerechnet
page-reasons-backend-refused = der Start ist gescheitert
page-reasons-threads-refused = es laufen andere Threads als geprüft
page-reasons-context-lost = der Grafikprozessor wurde entzogen
page-reasons-insecure-context = Dateien lassen sich nur auf einer sicheren Seite (https) prüfen
page-reasons-file-refused = eine Datei ist nicht die geprüfte
page-reasons-signature-refused = ein Modell ist nicht das geprüfte
page-reasons-input-refused = die Datei ist nicht verwendbar
page-reasons-output-refused = die Ausgabe eines Modells ist nichtssagend und wird nicht gezeigt
page-reasons-execution-failed = die Berechnung ist gescheitert
page-reasons-not-open = es sind keine Modelle geladen
page-reasons-internal = ein Fehler in dieser Seite
page-reasons-self-test-failed = der Selbsttest wurde auf diesem Gerät nicht bestanden
page-reasons-unreachable = der Server ist nicht erreichbar, dort fehlt eine Datei, oder das Netz verlangt erst eine Anmeldung
page-reasons-offline = es besteht keine Verbindung, und noch ist nicht alles auf diesem Gerät
page-reasons-release-changed = der Server bietet jetzt eine andere Version; laden Sie die Seite neu
page-reasons-worker-died = die Berechnung ist abgebrochen
page-reasons-worker-hung = die Berechnung antwortet nicht mehr
page-reasons-nothing-passes = kein Rechenweg besteht hier seinen Selbsttest
page-reasons-version = die freigegebene Version passt nicht zu dieser Seite
page-reasons-not-passed = die Version hat ihre Prüfung nicht bestanden
page-reasons-revoked = der Herausgeber hat die Version zurückgezogen
page-reasons-withheld = der Server hält die neueste Liste zurückgezogener Versionen zurück
page-reasons-malformed = die Beschreibung der Version ist beschädigt
page-reasons-nothing-to-show = die Version enthält kein Modell, das diese Seite zeigen kann
page-reasons-unusable = die Version verlangt etwas, das diese Seite nicht kann
page-reasons-not-finite = ein Modell lieferte Werte, die keine Zahlen sind; deshalb wird nichts gezeigt
page-reasons-constant = ein Modell lieferte überall denselben Wert; deshalb wird nichts gezeigt
page-reasons-out-of-range = ein Modell lieferte Werte außerhalb von 0 bis 1; deshalb wird nichts gezeigt
page-reasons-unreadable = die Datei ließ sich nicht lesen; wählen Sie sie noch einmal
page-reasons-empty = die Datei ist leer
page-reasons-not-an-image = die Datei ist kein PNG-, JPEG- oder DICOM-Bild
page-reasons-unsupported = diese Art von Bild wird nicht unterstützt
page-reasons-forbidden = die Datei braucht eine Korrektur, die diese Version nicht erlaubt
page-reasons-damaged = die Datei ist beschädigt
page-reasons-too-large = das Bild ist zu groß
page-reasons-too-slow = das Lesen der Datei dauerte zu lange
page-reasons-no-memory = für dieses Bild reicht der Speicher nicht

## images

images-heading = Bilder

images-add-heading = Thoraxaufnahmen hinzufügen
images-add-hint = Ziehen Sie Bilder oder einen Ordner hierher, fügen Sie ein Bild ein oder wählen Sie Dateien. PNG, JPEG oder DICOM, frontale Aufnahme.
images-add-choose = Bilder wählen
images-add-photograph = Foto aufnehmen
images-add-folder = Ordner wählen
images-add-more = Bilder hinzufügen
images-add-example = Beispiel: { $title }
images-add-drawn = Phantom: ein gezeichneter Brustkorb, kein Mensch
images-add-drawnWith = Phantom: ein gezeichneter Brustkorb mit { $findings }, kein Mensch
images-add-exampleFailed = Das Beispiel konnte nicht geladen werden.
images-add-examples = Oder probieren Sie ein Beispiel
images-add-private = Bilder bleiben auf diesem Gerät.
images-add-drop = Zum Hinzufügen loslassen
images-add-nothing = Darin wurde kein Bild gefunden.

images-status-waiting = wartet
images-status-working = wird berechnet
images-status-done = fertig
images-status-refused = keine Vorhersagen
images-status-failed = fehlgeschlagen

images-queue-progress = { $done } von { $total } untersucht
images-queue-pause = Anhalten
images-queue-resume = Fortsetzen
images-queue-paused = Angehalten
images-queue-clear = Alle entfernen
images-queue-clearAsk = Alle { $count } Bilder entfernen? Die noch warten, und Ergebnisse, die nicht exportiert wurden, gehen verloren.
images-queue-remove = { $name } entfernen
images-queue-retry = Noch einmal: { $name }
images-queue-retryShort = Noch einmal
images-queue-none = keiner über seinem Arbeitspunkt
images-queue-top = { $finding }: { $value }
images-queue-said = { $name }: { $status }
images-queue-added = { $count ->
    [one] { $count } Bild hinzugefügt.
   *[other] { $count } Bilder hinzugefügt.
  }
images-queue-removed = { $name } wurde entfernt.

images-viewer-label = Bildbetrachter: { $name }
images-viewer-keys = Plus und Minus zoomen, Pfeiltasten verschieben, 0 passt das Bild ein, I invertiert die Ansicht, eckige Klammern machen sie dunkler oder heller, Komma und Punkt setzen den Kontrast, R setzt die Ansicht zurück, O blendet die Überlagerung ein oder aus.
images-viewer-loading = Das Bild wird gelesen
images-viewer-none = Wählen Sie ein Bild aus, um es hier zu sehen.
images-viewer-tools = Werkzeuge des Bildbetrachters
images-viewer-zoomIn = Vergrößern
images-viewer-zoomOut = Verkleinern
images-viewer-fit = Einpassen
images-viewer-invert = Invertieren
images-viewer-reset = Ansicht zurücksetzen
images-viewer-dragWindows = Durch Ziehen Helligkeit und Kontrast einstellen
images-viewer-level = Helligkeit (Fensterlage)
images-viewer-width = Kontrast (Fensterbreite)
images-viewer-windowing = Helligkeit und Kontrast
images-viewer-size = { $width } × { $height } Pixel, { $levels } Graustufen
images-viewer-failed = Das Bild kann nicht angezeigt werden.

images-viewer-notes-lut-descriptor = Eine Umrechnungstabelle (LUT) dieser Datei passt nicht zu ihrer Beschreibung. Verwendet wurden die tatsächlichen Einträge; vergleichen Sie Helligkeit und Kontrast mit einem anderen Betrachter.
images-viewer-notes-presentation-lut-shape = Diese Datei widerspricht sich darin, was schwarz und was weiß ist. Maßgeblich war ihre Presentation LUT Shape; prüfen Sie, ob Knochen hell sind.
images-viewer-notes-pixel-aspect-ratio = Die Pixel dieser Datei sind nicht quadratisch. Die Eingabe der Modelle wurde entsprechend skaliert; hier ist jedes Pixel quadratisch gezeichnet.
images-viewer-notes-pixel-density = Diese Datei nennt waagerecht eine andere Auflösung als senkrecht. Ihre Pixel wurden wie in Browsern als quadratisch genommen; prüfen Sie, ob Rundes rund ist.

images-overlay-heading = Überlagerung
images-overlay-error = Rekonstruktionsfehler
images-overlay-errorHint = Rot: wo der Autoencoder das Bild nicht nachbilden konnte; volles Rot ab einem Viertel des Bereichs.
images-overlay-opacity = Deckkraft
images-overlay-map = Karte
images-overlay-saliency = Salienz
images-overlay-cam = Aktivierung (CAM)
images-overlay-saliencyHint = Salienz: Pixel, deren Aufhellung diesen Befund verstärkt. Sie zeigt, worauf das Modell achtet, nicht, wo eine Krankheit ist.
images-overlay-camHint = Aktivierungskarte: grobe Bereiche, die für diesen Befund sprechen. Sie zeigt, worauf das Modell achtet, nicht, wo eine Krankheit ist.
images-overlay-smooth = Geglättet
images-overlay-low = niedrig
images-overlay-high = hoch
images-overlay-legend = Farben im Verhältnis zur stärksten Stelle dieser Karte
images-overlay-empty = Nichts in diesem Bild spricht für diesen Befund: Die Karte ist leer.
images-overlay-computing = Begründung wird berechnet: { $finding }
images-overlay-cancel = Abbrechen
images-overlay-hide = Ausblenden
images-overlay-seen = Der gestrichelte Rahmen zeigt, was das Modell sieht.
images-overlay-failed = Keine Begründung für { $finding }.
images-overlay-shown = { $map } für { $finding } liegt über dem Bild.
images-overlay-of = Warum: { $finding }

images-export-heading = Exportieren
images-export-csv = Als CSV speichern
images-export-json = Als JSON speichern
images-export-print = Dieses Bild drucken
images-export-count = { $count ->
    [one] { $count } Ergebnis
   *[other] { $count } Ergebnisse
  }
images-export-unexported = { $count ->
    [one] { $count } Ergebnis ist noch nicht exportiert; es geht verloren, wenn Sie die Seite schließen.
   *[other] { $count } Ergebnisse sind noch nicht exportiert; sie gehen verloren, wenn Sie die Seite schließen.
  }
images-export-saved = { $name } wurde gespeichert.

images-print-heading = Zusammenfassung eines Bildes
images-print-file = Datei
images-print-digest = SHA-256 der Datei
images-print-examined = Untersucht
images-print-computed = Berechnet mit
images-print-release = Version
images-print-claim = Anspruch
images-print-manifest = SHA-256 des Manifests
images-print-selfTest = Selbsttest
images-print-tools = Geprüft mit
images-print-note = Hinweis zur Datei
images-print-picture = Das Bild
images-print-overlay = Mit Überlagerung

## corrections

corrections-heading = Korrigieren und erneut fragen
corrections-tools = Das Bild korrigieren, auch für die Modelle
corrections-explained = Dreht, spiegelt, invertiert oder beschneidet das Bild, das die Modelle bekommen. Es wird neu untersucht, und jeder Export sagt es.
corrections-left = Gegen den Uhrzeigersinn drehen
corrections-right = Im Uhrzeigersinn drehen
corrections-mirror = Spiegeln: vertauscht links und rechts
corrections-invert = Auch für die Modelle invertieren
corrections-crop = Auf den Rand des Films zuschneiden
corrections-undo = Alle Korrekturen zurücknehmen
corrections-remedies-turned-clockwise = Um 90° zurückdrehen und erneut fragen
corrections-remedies-turned-180 = Um 180° drehen und erneut fragen
corrections-remedies-turned-counter-clockwise = Um 90° zurückdrehen und erneut fragen
corrections-remedies-upside-down = Oben und unten tauschen und erneut fragen
corrections-remedies-inverted = Invertieren und erneut fragen
corrections-remedies-crop = Auf den Rand des Films zuschneiden und erneut fragen
corrections-done-crop-border = auf den Rand des Films zugeschnitten
corrections-done-turn-90 = um 90° im Uhrzeigersinn gedreht
corrections-done-turn-180 = um 180° gedreht
corrections-done-turn-270 = um 90° gegen den Uhrzeigersinn gedreht
corrections-done-mirror = gespiegelt (links und rechts vertauscht)
corrections-done-invert = invertiert
corrections-said = Von Hand korrigiert, bevor die Modelle es sahen: { $what }. Das ist nicht das Bild, wie es in der Datei steht.
corrections-label = Von Hand korrigiert

## reading

reading-header = Was die Datei sagt
reading-view = Aufnahme
reading-bodyPart = Körperteil
reading-side = Seite
reading-age = Alter
reading-years = { $age } Jahre
reading-lateral = Die Datei sagt, dies sei eine seitliche oder schräge Aufnahme ({ $view }). Die Modelle kennen nur frontale Bilder.
reading-otherPart = Die Datei sagt, dies sei kein Thorax, sondern: { $part }. Die Modelle kennen nur den Thorax.
reading-child = Die Datei sagt, dies sei ein Kind von { $age } Jahren. Die Modelle wurden vor allem an Erwachsenen trainiert.
reading-viewAlone = Helligkeit, Kontrast und diese Umkehr ändern nur die Ansicht. Die Modelle bekommen das Bild, wie es in der Datei steht oder von Hand korrigiert wurde.
reading-presets = Fenster
reading-own = Wie die Datei vorschlägt
reading-all = Alle Stufen
reading-dark = Dunkle Bereiche
reading-bright = Helle Bereiche
reading-atDetector = am Detektor; im Körper ist es weniger
reading-oblong = nur quer: die Pixel sind nicht quadratisch

## many

many-table-open = Tabelle
many-table-heading = Alle Bilder und Befunde
many-table-hint = Werte auf der kalibrierten Skala, auf der 0,5 der Arbeitspunkt ist; kursiv die Ausgabe des Modells, wo ein Befund keinen hat. Der Name einer Spalte sortiert.
many-table-image = Bild
many-table-status = Stand
many-table-filter = Zeigen
many-table-search = Name enthält
many-table-count = { $shown } von { $all } Bildern
many-table-none = Kein Bild passt zu dieser Auswahl.
many-table-reached = erreicht seinen Arbeitspunkt
many-table-select = { $name } zeigen
many-table-kinds-all = Alle
many-table-kinds-positive = Positiv
many-table-kinds-negative = Keiner positiv
many-table-kinds-refused = Abgelehnt
many-table-kinds-failed = Fehlgeschlagen
many-table-kinds-waiting = Noch nicht untersucht
many-steps-heading = Zu einem Bild gehen
many-steps-positive = Positiv
many-steps-refused = Abgelehnt
many-steps-positivePrevious = Voriges positives Bild
many-steps-positiveNext = Nächstes positives Bild
many-steps-refusedPrevious = Voriges abgelehntes Bild
many-steps-refusedNext = Nächstes abgelehntes Bild
many-steps-said = { $name } wird gezeigt.
many-export-more = Weitere Formate, und Pseudonyme
many-export-wide = CSV, eine Zeile je Bild
many-export-fhir = FHIR (JSON-Datei)
many-export-overlay = Überlagerung als PNG
many-export-failed = Der Export konnte nicht erstellt werden.
many-export-overlayFailed = Es wird keine Überlagerung gezeigt.
many-export-pseudonyms = Pseudonyme statt Dateinamen
many-export-pseudonymsHint = Dateinamen können Namen von Patienten sein. Jeder Export und Druck hat dann für jedes Bild einen zufälligen Namen. Nur der Schlüssel sagt, welcher zu welchem gehört: Speichern Sie ihn, bevor Sie die Seite schließen, und verwahren Sie ihn getrennt. Die Prüfsumme einer Datei erkennt weiterhin, wer die Datei hat.
many-export-key = Schlüssel speichern
many-export-keyUnsaved = Der Schlüssel wurde noch nicht gespeichert; er geht verloren, wenn Sie die Seite schließen.
many-forget-heading = Was auf diesem Gerät liegt
many-forget-button = Alles auf diesem Gerät löschen
many-forget-hint = Löscht Ihre Zustimmung, Sprache und Auswahl, das Ergebnis des Selbsttests und die Dateien der Seite und der Modelle. Bilder und Ergebnisse werden nie aufbewahrt. Danach wird die Seite neu von ihrem Server geladen.
many-forget-ask = Alles löschen, was dieses Werkzeug auf diesem Gerät aufbewahrt? Auch Bilder und Ergebnisse in dieser Seite gehen verloren.
many-forget-failed = Nicht alles konnte gelöscht werden. Löschen Sie die Daten dieser Website in den Einstellungen des Browsers.

## findings

findings-heading = Befunde
findings-empty = Hier erscheinen die Ergebnisse.
findings-waiting = Dieses Bild wartet, bis es an der Reihe ist.
findings-working = Wird berechnet …
findings-computed = In { $seconds } s mit { $backend } berechnet.
findings-otherBackend = Diese Zahlen wurden mit { $then } berechnet; jetzt rechnet die Seite mit { $now }.

findings-labels-Atelectasis = Atelektase
findings-labels-Consolidation = Konsolidierung
findings-labels-Infiltration = Infiltrat
findings-labels-Pneumothorax = Pneumothorax
findings-labels-Edema = Lungenödem
findings-labels-Emphysema = Emphysem
findings-labels-Fibrosis = Fibrose
findings-labels-Effusion = Pleuraerguss
findings-labels-Pneumonia = Pneumonie
findings-labels-Pleural-Thickening = Pleuraverdickung
findings-labels-Cardiomegaly = Kardiomegalie
findings-labels-Nodule = Rundherd
findings-labels-Mass = Raumforderung
findings-labels-Hernia = Hernie

findings-sort = Reihenfolge
findings-byValue = nach Wert
findings-fixed = fest
findings-finding = Befund
findings-calibrated = Kalibriert
findings-output = Ausgabe
findings-explain = Begründen
findings-explainOne = { $finding } begründen
findings-calibratedCaption = Von 0 bis 1. Die Linie bei 0,5 ist der Arbeitspunkt des jeweiligen Befunds, bestimmt an { $dataset }; von dort bis { $uncertainTo }, schraffiert, ist ein Befund unsicher. Das ist keine Diagnose.
findings-uncalibratedHeading = Ohne Arbeitspunkt
findings-uncalibratedBeside = Für diese Befunde ist kein Arbeitspunkt bekannt. Die Ausgabe des Modells, von 0 bis 1, folgt einer anderen Skala und ist keine Diagnose.
findings-uncalibratedAlone = Diese Version hat keine Arbeitspunkte. Die Ausgabe des Modells zu jedem Befund, von 0 bis 1, ist nicht kalibriert und keine Diagnose.

findings-standing-below = unter dem Arbeitspunkt
findings-standing-uncertain = über dem Arbeitspunkt, unsicher
findings-standing-uncertainAt = am Arbeitspunkt, unsicher
findings-standing-above = über dem Arbeitspunkt
findings-standing-none = kein Arbeitspunkt: { $reason }

findings-noPoint-no-positive-image = kein positives Bild
findings-noPoint-no-negative-image = kein negatives Bild
findings-noPoint-no-threshold-is-better-than-chance = kein Schwellenwert ist besser als der Zufall
findings-noPoint-the-best-threshold-is-0-or-1 = der beste Schwellenwert ist 0 oder 1

findings-raw = Alle Zahlen
findings-rawOutput = Modellausgabe
findings-rawCalibrated = Kalibriert
findings-rawPoint = Arbeitspunkt

findings-check-heading = Passt das Bild zu den Modellen?
findings-check-accepted = Den Trainingsbildern ähnlich genug.
findings-check-refused = Den Trainingsbildern nicht ähnlich genug: keine Vorhersagen.

findings-check-refusedAs-too-small = Zu klein: keine Vorhersagen.
findings-check-refusedAs-too-dark = Zu dunkel: keine Vorhersagen.
findings-check-refusedAs-too-bright = Zu hell: keine Vorhersagen.
findings-check-refusedAs-no-contrast = Fast kein Kontrast: keine Vorhersagen.
findings-check-refusedAs-lateral = Sieht nach einer seitlichen Aufnahme aus: keine Vorhersagen.
findings-check-refusedAs-turned-clockwise = Wirkt um 90° im Uhrzeigersinn gedreht: zurückdrehen?
findings-check-refusedAs-turned-180 = Wirkt um 180° gedreht: drehen?
findings-check-refusedAs-turned-counter-clockwise = Wirkt um 90° gegen den Uhrzeigersinn gedreht: zurückdrehen?
findings-check-refusedAs-upside-down = Wirkt von oben nach unten gespiegelt: zurückspiegeln?
findings-check-refusedAs-inverted = Wirkt invertiert: MONOCHROME1?
findings-check-refusedAs-not-frontal = Keine frontale Thoraxaufnahme: keine Vorhersagen.
findings-check-refusedAs-unlike = Den Trainingsbildern nicht ähnlich genug: keine Vorhersagen.

findings-check-notRun = Der Klassifikator wurde auf dieses Bild nicht angewendet.

findings-check-advice-too-small = Exportieren Sie es mit mehr Pixeln; ein Vorschaubild oder Bildschirmfoto reicht nicht.
findings-check-advice-too-dark = Exportieren Sie es mit der Helligkeit, in der es befundet wird.
findings-check-advice-too-bright = Exportieren Sie es mit der Helligkeit, in der es befundet wird.
findings-check-advice-no-contrast = Exportieren Sie es mit dem Kontrast, in dem es befundet wird.
findings-check-advice-lateral = Der Klassifikator kennt nur frontale Aufnahmen, von vorn oder von hinten.
findings-check-advice-turned-clockwise = Drehen Sie es um 90° gegen den Uhrzeigersinn zurück und öffnen Sie es erneut.
findings-check-advice-turned-180 = Drehen Sie es um 180° und öffnen Sie es erneut.
findings-check-advice-turned-counter-clockwise = Drehen Sie es um 90° im Uhrzeigersinn zurück und öffnen Sie es erneut.
findings-check-advice-upside-down = Spiegeln Sie es zurück und öffnen Sie es erneut; links und rechts müssen bleiben, wo sie sind.
findings-check-advice-inverted = Knochen sollten weiß sein. Nennt die Datei fälschlich MONOCHROME1 oder MONOCHROME2, exportieren Sie sie neu, oder invertieren Sie das Bild.
findings-check-advice-not-frontal = Vielleicht zeigt es einen anderen Körperteil, ist keine Röntgenaufnahme oder ist beschnitten. Die Prüfung kann sich irren.
findings-check-advice-unlike = Ist es eine frontale Thoraxaufnahme, aufrecht, nicht beschnitten und nicht invertiert?

findings-check-none = Nicht mit den Trainingsbildern verglichen.
findings-check-noneReason = Diese Version erkennt nicht, ob ein Bild den Trainingsbildern unähnlich ist. Bei einem solchen Bild bedeuten die Zahlen nichts.
findings-check-refusedReason = Der Klassifikator wurde auf dieses Bild nicht angewendet. Ist es eine frontale Thoraxaufnahme, aufrecht, nicht beschnitten und nicht invertiert?
findings-check-bySite = Schwelle gesetzt von { $site }; wie viele gute Bilder sie ablehnt, ist hier nicht bekannt.
findings-check-ruleRate = Alle Bedingungen zusammen weisen { $refused } von { $images } Bildern aus { $dataset } ab.
findings-check-rate = Dieser Schwellenwert weist { $refused } von { $images } Bildern aus { $dataset } ab.

findings-check-scores-ssim = Ähnlichkeit mit der Rekonstruktion (SSIM)
findings-check-scores-l1 = Mittlere Abweichung von der Rekonstruktion (L1)
findings-check-scores-l2 = Quadratisches Mittel der Abweichung von der Rekonstruktion (L2)
findings-check-scores-latent = Quadrierter Abstand des latenten Vektors von der Mitte
findings-check-scores-view = Wahrscheinlichkeit der Ansicht
findings-check-scores-shorter-side = Kürzere Seite in Pixeln
findings-check-scores-mean-level = Mittlere Helligkeit, 0 Schwarz bis 1 Weiß
findings-check-scores-contrast = Kontrast, Standardabweichung der Helligkeit

findings-check-ofView = Wahrscheinlichkeit der Ansicht: { $view }

findings-check-views-frontal = frontal, aufrecht
findings-check-views-lateral = seitlich
findings-check-views-turned-90-clockwise = um 90° im Uhrzeigersinn gedreht
findings-check-views-turned-180 = um 180° gedreht
findings-check-views-turned-90-counter-clockwise = um 90° gegen den Uhrzeigersinn gedreht
findings-check-views-upside-down-mirrored = von oben nach unten gespiegelt
findings-check-views-inverted = invertiert
findings-check-views-other = etwas anderes

findings-check-all = Alle Bedingungen
findings-check-holds = erfüllt
findings-check-fails = nicht erfüllt
findings-check-unneeded = nicht berechnet: vorher abgewiesen
findings-check-atLeast = mindestens { $limit } nötig
findings-check-atMost = höchstens { $limit } erlaubt
findings-check-image = Das Bild
findings-check-reconstruction = Seine Rekonstruktion
findings-check-error = Fehler in Rot
findings-check-errorLabel = Fehler der Rekonstruktion, rot über dem Bild: höchstens { $percent } des Bereichs von Schwarz bis Weiß
findings-check-show = Fehler über dem Bild zeigen
findings-check-details = Bild, Rekonstruktion, Fehler

findings-failed = Diese Datei ergab kein Ergebnis.

## about

about-heading = Über dieses Werkzeug
about-purpose = Ein freies Forschungswerkzeug nach einem veröffentlichten Prototyp: Es zeigt medizinischen Fachleuten, was neuronale Netze bei Thoraxaufnahmen können und was nicht. Es ist kein Medizinprodukt.
about-privacyHeading = Datenschutz und Betrieb
about-privacy = Bilder, Ergebnisse und Einstellungen verlassen dieses Gerät nie. Die Sicherheitsrichtlinie der Seite erlaubt nur Verbindungen zu dem Server, von dem sie stammt, und dort ruft sie nur ihre eigenen Dateien ab. Es gibt keine Cookies, keine Konten und keine Statistik. Wer den Server betreibt, sieht wie bei jeder Seite, dass ihre Dateien abgerufen wurden.

about-offline-storing = Die Seite wird für die Nutzung ohne Verbindung gespeichert.
about-offline-ready = Die Seite funktioniert auch ohne Verbindung.
about-offline-unsupported = Dieser Browser bewahrt die Seite nicht für die Nutzung ohne Verbindung auf.
about-offline-failed = Die Seite konnte nicht für die Nutzung ohne Verbindung gespeichert werden.

about-unstored-unavailable = Dieser Browser bewahrt keine Modelle auf; sie werden bei jedem Besuch neu geladen.
about-unstored-full = Auf diesem Gerät ist nicht genug Platz, um alle Modelle aufzubewahren.

about-stored = Auf diesem Gerät gespeichert werden: Ihre Zustimmung, die Sprache, dass und womit der Selbsttest bestanden wurde, sowie die Dateien der Seite und der Modelle.
about-selfTest = Selbsttest
about-selfTestHeading = Selbsttest auf diesem Gerät
about-selfTestText = Vor dem ersten Bild werden gespeicherte Eingaben hier berechnet und mit den Ergebnissen von { $reference } verglichen.
about-passed = bestanden
about-failed = nicht bestanden
about-passedOn = Mit { $backend } bestanden, { $cases } Fälle.
about-failedOn = Mit { $backend } nicht bestanden.
about-notFinished = Er konnte nicht beendet werden: { $why }
about-remembered = Von einem früheren Besuch mit derselben Version, demselben Browser und Gerät.
about-made = { $date } ({ $seconds } s)
about-again = Selbsttest wiederholen
about-running = Test läuft: { $done } von { $total }

about-columns-model = Modell
about-columns-output = Ausgabe
about-columns-measure = Maß
about-columns-cases = Fälle
about-columns-worst = Schlechtester Wert
about-columns-limit = Grenze
about-columns-result = Ergebnis

about-measures-max-abs = größte Abweichung
about-measures-relative-l2 = relative Abweichung (L2)
about-measures-cosine = Richtung (Kosinus)
about-measures-input-bytes = abweichende Werte der vorbereiteten Eingabe
about-measures-not-finite = Fälle mit Werten, die keine Zahlen sind
about-measures-constant = Fälle mit überall demselben Wert

about-atLeast = mindestens { $limit }
about-atMost = höchstens { $limit }
about-modelsHeading = Modelle
about-card = Modellkarte: { $model }
about-noCard = keine Modellkarte

about-kinds-classifier = Klassifikator
about-kinds-autoencoder = Autoencoder
about-kinds-view = Prüfung der Ansicht
about-kinds-explanation = Begründung
about-kinds-other = Modell

about-labelsCount = { $count } Befunde
about-releaseHeading = Version und Nachweise
about-releaseText = Die Modelle wurden umgewandelt und vor der Freigabe in echten Browsern mit { $reference } verglichen.

about-claim-nobody = Niemand beansprucht diese Version: Sie nennt weder Herausgeber noch Schlüssel.
about-claim-who = { $name } beansprucht diese Version. Fingerabdruck des Schlüssels:
about-claim-judged = Geprüft am { $date }, Urteil { $verdict }.
about-claim-key = Öffentlicher Schlüssel
about-claim-trust = Wer diese Seite ersetzen kann, kann sie alles sagen lassen, auch das. Wem zu trauen ist, entscheidet sich außerhalb: Vergleichen Sie den Fingerabdruck mit dem, den der Herausgeber anderswo bekannt gemacht hat, und lassen Sie „xport verify ADRESSE --key DATEI“ die Version prüfen.

about-notes = Neben dem Urteil über diese Version, in den Worten ihres Berichts:
about-report = Bericht über den Vergleich
about-evidence = Nachweise (JSON)
about-digest = SHA-256 des Manifests
about-versions = Softwarestand
about-licences = Lizenzen
about-deviceHeading = Dieses Gerät
about-computeOn = Rechnen mit
about-fastest = dem Schnellsten
about-computeOnHint = Zur Wahl steht, womit die Version geprüft wurde, und nur, wenn der Selbsttest hier besteht. Bei einem Wechsel werden die Modelle neu geladen und geprüft; Ergebnisse bleiben.
about-runsOn = Berechnet mit
about-renderer = Grafik
about-precision = Genauigkeit
about-bits = Mantisse mit { $bits } Bit
about-threads = Anzahl der Threads
about-memory = Speicher der Modelle
about-tried = Zuvor versucht
about-diagnostics = Diagnosedatei speichern
about-diagnosticsText = Eine Datei über diesen Browser, die versuchten Rechenwege und den Selbsttest – ohne Bilder und Ergebnisse.
