## page

page-title = Assistant de radiographie thoracique
page-release = Version { $release }
page-notice = PAS POUR UN USAGE MÉDICAL
page-unreviewed = Personne qui lise des radiographies dans cette langue n'a encore relu cette traduction. En cas de doute, le texte anglais fait foi.
page-languageMissing = { $language } n'a pas pu être chargé.

page-less-WEAK-PASSED = WEAK_PASSED : vérifiée sur trop peu de données
page-less-PASSED-WITH-WAIVERS = PASSED WITH WAIVERS : elle a échoué à des contrôles dont elle est dispensée

page-strip = Une démonstration de recherche. Ses chiffres ne sont pas un diagnostic.
page-skip = Aller au contenu
page-language = Langue
page-about = À propos
page-close = Fermer
page-install = Installer
page-weights = Poids : { $text }. Les chiffres n'ont aucune signification clinique.

page-consent-heading = Avant la première image
page-consent-lead = Cette page fait examiner des radiographies thoraciques par des réseaux de neurones dans votre navigateur, pour la recherche et l'enseignement.
page-consent-medicalHeading = Pas pour un usage médical
page-consent-medical = Ce n'est pas un dispositif médical, et il peut se tromper sur n'importe quelle image. Ne l'utilisez ni pour diagnostiquer, ni pour traiter, ni pour rassurer qui que ce soit.
page-consent-privacyHeading = Les images restent sur cet appareil
page-consent-privacy = Les fichiers sont lus et calculés dans ce navigateur. Rien n'est envoyé ; la page est techniquement empêchée de contacter toute autre adresse. Les images et les résultats ne sont gardés qu'en mémoire et disparaissent quand vous fermez la page.
page-consent-whatHeading = Ce qu'elle fait
page-consent-what = Elle vérifie d'abord si une image ressemble à celles sur lesquelles les modèles ont été entraînés, puis estime les signes sur des radiographies thoraciques de face, et montre à la demande de quelles parties de l'image dépend un signe.
page-consent-nextHeading = Ce qui vient ensuite
page-consent-next = { $size } de modèles sont chargés, une seule fois. Chaque fichier est comparé à la version vérifiée, et les modèles sont testés sur cet appareil avant de voir une image.
page-consent-models = Modèles de cette version : { $titles }.
page-consent-agree = J'ai compris : charger les modèles
page-consent-remembered = Votre accord est retenu sur cet appareil pour cette version.
page-consent-forgotten = Ce navigateur ne laisse rien garder à la page : elle redemande à chaque fois, et les modèles sont rechargés à chaque visite.

page-loading-heading = Préparation

page-loading-stages-manifest = Lire la version
page-loading-stages-download = Charger et vérifier les modèles
page-loading-stages-start = Démarrer le calcul
page-loading-stages-warm-up = Préparer pour cet appareil
page-loading-stages-self-test = Tester sur cet appareil

page-loading-bytes = { $done } sur { $total }
page-loading-cached = dont { $size } depuis le cache de cet appareil

page-loading-awaited-slow = Rien n'arrive pour le moment. La demande est refaite, à partir de l'endroit où elle s'est arrêtée.
page-loading-awaited-offline = Il n'y a pas de connexion. Le chargement reprendra ici dès qu'il y en aura une.

page-loading-counted = { $done } sur { $total }
page-loading-finished = terminé
page-loading-running = en cours
page-loading-waiting = à venir
page-loading-cancel = Annuler
page-loading-said = { $stage }.
page-loading-ready = Prêt à recevoir des images.

page-claimed = Revendiquée par { $name } ; vérifier la signature incombe à qui a reçu cette version

page-site-set = Seuils fixés par { $site } le { $day }, hors de la version vérifiée
page-site-heading = Seuils de ce site
page-site-own = Les seuils propres à la version vérifiée s'appliquent.
page-site-until = Ils expirent après le { $day }.
page-site-claims = Se réclame de la clé, sans comparaison avec une clé :
page-site-choose = Utiliser les seuils d'un fichier (site.json) :
page-site-remove = Utiliser les seuils propres à la version
page-site-refused = Les seuils de ce site ont été refusés, tous. Les seuils propres à la version vérifiée s'appliquent.
page-site-refusedOther = D'autres seuils ont été refusés, tous. Les précédents s'appliquent.

page-failed-cancelled = Le chargement a été annulé
page-failed-cancelledText = Les modèles ne sont pas chargés. Ce qui a déjà été chargé est conservé.
page-failed-heading = Les modèles n'ont pas pu être chargés
page-failed-text = Vérifiez la connexion et réessayez. Rien n'a été calculé.
page-failed-retry = Réessayer
page-failed-details = Ce qui s'est passé

page-refused-heading = Cet appareil ne peut pas exécuter les modèles de façon fiable
page-refused-text = Tous les moyens de calcul ont été essayés, et aucun n'a donné les chiffres qui ont été vérifiés. Rien n'est affiché plutôt que quelque chose de douteux.
page-refused-releaseHeading = Cette version ne peut pas être utilisée
page-refused-releaseText = Une de ses parties n'est pas ce qui a été vérifié, donc rien n'est exécuté.
page-refused-contradicted = Rien n'a été calculé.

page-refused-unshown-heading = Cette page ne peut pas afficher cette version
page-refused-unshown-text = La version est bien celle qui a été vérifiée, et elle ne contient aucun modèle que cette page puisse afficher : elle affiche des classifieurs d'images, avec un autoencodeur et des explications à côté. Les modèles vérifiés sont des fichiers du dossier models/ à côté de cette page, à utiliser dans des programmes. Rien n'a été calculé.

page-refused-revoked-heading = Cette version ne doit plus être utilisée
page-refused-revoked-text = Son éditeur l'a retirée, donc rien n'est calculé. Ne vous fiez pas aux résultats qu'elle a donnés auparavant, et demandez à la personne qui vous a donné cette page la version qui la remplace. La raison de l'éditeur figure ci-dessous.

page-refused-tried = Ce qui a été essayé
page-refused-save = Enregistrer le diagnostic technique

page-backends-webgl = WebGL (processeur graphique)
page-backends-wasm = WebAssembly (processeur)
page-backends-cpu = JavaScript simple (lent)

page-backendShort-webgl = WebGL
page-backendShort-wasm = WebAssembly
page-backendShort-cpu = JavaScript

page-banner-fallback = Calcul avec { $chosen }.
page-banner-refusedBackend = { $backend } n'est pas utilisé : { $why }
page-banner-restarted = Le calcul a dû être relancé et s'exécute maintenant avec { $backend }. Il a de nouveau réussi son autotest. Les résultats précédents gardent le nom du moyen de calcul dont ils proviennent.
page-banner-stopped = Le calcul s'est arrêté. Les résultats précédents sont conservés ; rien de nouveau n'est calculé tant qu'il n'est pas relancé.
page-banner-startAgain = Relancer
page-banner-update = Une nouvelle version est prête.
page-banner-updateNow = L'utiliser maintenant
page-banner-updateLater = Plus tard
page-banner-updateLoses = L'utiliser maintenant ferme les images et les résultats de cette session.
page-banner-updateFailed = La nouvelle version n'a pas pu être chargée ; celle-ci continue de fonctionner.
page-banner-updateProgress = Une nouvelle version est en cours de chargement : { $done } sur { $total }
page-banner-compilesNothing = Ce navigateur ne compile rien pour cette page, comme en mode Isolement ou avec une sécurité renforcée ; elle est donc lente ou ne fonctionne pas. Autorisez la compilation pour cette adresse, puis rechargez la page.
page-banner-keepsNothing = Ce navigateur ne garde rien pour cette page. Elle fonctionne avec ce qu'elle charge du réseau ; à la prochaine visite, elle redemande, recharge et refait le test.
page-banner-dismiss = Masquer

page-reasons-webgl-missing = ce navigateur n'offre pas WebGL 2
page-reasons-float32-missing = il calcule ici avec trop peu de chiffres
page-reasons-backend-refused = il n'a pas démarré
page-reasons-threads-refused = il s'exécute avec d'autres fils d'exécution que ceux qui ont été vérifiés
page-reasons-context-lost = le processeur graphique a été retiré
page-reasons-insecure-context = les fichiers ne peuvent être vérifiés que sur une page sécurisée (https)
page-reasons-file-refused = un fichier n'est pas celui qui a été vérifié
page-reasons-signature-refused = un modèle n'est pas celui qui a été vérifié
page-reasons-input-refused = le fichier ne peut pas être utilisé
page-reasons-output-refused = la sortie d'un modèle ne dit rien, elle n'est donc pas affichée
page-reasons-execution-failed = le calcul a échoué
page-reasons-not-open = aucun modèle n'est chargé
page-reasons-internal = une erreur dans cette page
page-reasons-self-test-failed = son autotest n'a pas réussi sur cet appareil
page-reasons-unreachable = le serveur n'a pas pu être joint, un fichier y manque, ou le réseau demande d'abord une connexion à un compte
page-reasons-offline = il n'y a pas de connexion, et tout n'est pas encore sur cet appareil
page-reasons-release-changed = le serveur a maintenant une autre version ; rechargez la page
page-reasons-worker-died = le calcul s'est interrompu
page-reasons-worker-hung = le calcul ne répondait plus
page-reasons-nothing-passes = aucun moyen de calcul ne réussit son autotest ici
page-reasons-version = la version est d'un autre format que cette page
page-reasons-not-passed = la version n'a pas réussi sa vérification
page-reasons-revoked = l'éditeur de la version l'a retirée
page-reasons-withheld = son hébergeur retient la liste la plus récente des versions retirées
page-reasons-malformed = la description de la version est endommagée
page-reasons-nothing-to-show = la version ne contient aucun modèle que cette page puisse afficher
page-reasons-unusable = la version demande ce que cette page ne sait pas faire
page-reasons-not-finite = un modèle a donné des valeurs qui ne sont pas des nombres, donc rien n'est affiché
page-reasons-constant = un modèle a donné partout une seule et même valeur, donc rien n'est affiché
page-reasons-out-of-range = un modèle a donné des valeurs hors de 0 à 1, donc rien n'est affiché
page-reasons-unreadable = le fichier n'a pas pu être lu ; choisissez-le de nouveau
page-reasons-empty = le fichier est vide
page-reasons-not-an-image = le fichier n'est pas une image PNG, JPEG ou DICOM
page-reasons-unsupported = ce type d'image n'est pas pris en charge
page-reasons-forbidden = le fichier a besoin d'une correction que cette version n'autorise pas
page-reasons-damaged = le fichier est endommagé
page-reasons-too-large = l'image est trop grande
page-reasons-too-slow = la lecture du fichier a pris trop de temps
page-reasons-no-memory = il n'y a pas assez de mémoire pour cette image

## images

images-heading = Images

images-add-heading = Ajouter des radiographies thoraciques
images-add-hint = Déposez ici des images ou un dossier, collez une image ou choisissez des fichiers. PNG, JPEG ou DICOM, thorax de face.
images-add-choose = Choisir des images
images-add-photograph = Prendre une photo
images-add-folder = Choisir un dossier
images-add-more = Ajouter des images
images-add-example = Exemple : { $title }
images-add-drawn = Fantôme : un thorax dessiné, aucune personne
images-add-drawnWith = Fantôme : un thorax dessiné avec { $findings }, aucune personne
images-add-exampleFailed = L'exemple n'a pas pu être chargé.
images-add-examples = Ou essayez un exemple
images-add-private = Les images restent sur cet appareil.
images-add-drop = Déposez pour ajouter
images-add-nothing = Aucune image n'a été trouvée dans ce que vous avez donné.

images-status-waiting = en attente
images-status-working = calcul en cours
images-status-done = terminé
images-status-refused = aucune prédiction
images-status-failed = échec

images-queue-progress = { $done } sur { $total } examinées
images-queue-pause = Suspendre
images-queue-resume = Reprendre
images-queue-paused = Suspendu
images-queue-clear = Tout retirer
images-queue-clearAsk = Retirer les { $count } images ? Celles qui attendent encore, et les résultats qui n'ont pas été exportés, sont perdus.
images-queue-remove = Retirer { $name }
images-queue-retry = Réessayer : { $name }
images-queue-retryShort = Réessayer
images-queue-none = aucun au-dessus de son seuil de décision
images-queue-top = { $finding } { $value }
images-queue-said = { $name } : { $status }.
images-queue-added = { $count ->
    [one] { $count } image ajoutée.
   *[other] { $count } images ajoutées.
  }
images-queue-removed = { $name } a été retirée.

images-viewer-label = Visionneuse : { $name }
images-viewer-keys = Plus et moins changent le zoom, les flèches déplacent, 0 ajuste l'image, I inverse la vue, les crochets l'assombrissent ou l'éclaircissent, virgule et point règlent le contraste, R réinitialise la vue, O affiche ou masque la superposition.
images-viewer-loading = Lecture de l'image
images-viewer-none = Sélectionnez une image pour la voir ici.
images-viewer-tools = Outils de la visionneuse
images-viewer-zoomIn = Agrandir
images-viewer-zoomOut = Réduire
images-viewer-fit = Ajuster
images-viewer-invert = Inverser
images-viewer-reset = Réinitialiser la vue
images-viewer-dragWindows = Faire glisser pour régler la luminosité et le contraste
images-viewer-level = Luminosité (niveau)
images-viewer-width = Contraste (largeur de fenêtre)
images-viewer-windowing = Luminosité et contraste
images-viewer-size = { $width } × { $height } pixels, { $levels } niveaux de gris
images-viewer-failed = L'image ne peut pas être affichée.

images-viewer-notes-lut-descriptor = Une table de correspondance de ce fichier ne correspond pas à sa description. Les entrées réelles de la table ont été utilisées ; comparez la luminosité et le contraste avec une autre visionneuse.
images-viewer-notes-presentation-lut-shape = Ce fichier se contredit sur ce qui est noir et ce qui est blanc. Sa Presentation LUT Shape a été suivie ; vérifiez que les os sont clairs.
images-viewer-notes-pixel-aspect-ratio = Les pixels de ce fichier ne sont pas carrés. L'entrée des modèles a été mise à l'échelle en conséquence ; ici, chaque pixel est dessiné carré.
images-viewer-notes-pixel-density = Ce fichier indique une densité différente en largeur et en hauteur. Ses pixels ont été considérés comme carrés, comme le font les navigateurs ; vérifiez que les structures rondes sont rondes.

images-overlay-heading = Superposition
images-overlay-error = Erreur de reconstruction
images-overlay-errorHint = Rouge : là où l'autoencodeur n'a pas pu reconstruire l'image ; rouge plein à partir d'un quart de l'étendue.
images-overlay-opacity = Opacité
images-overlay-map = Carte
images-overlay-saliency = Saillance
images-overlay-cam = Carte d'activation (CAM)
images-overlay-saliencyHint = Saillance : pixels où une petite augmentation fait monter ce signe. Elle montre ce que le modèle regarde, pas où se trouve une maladie.
images-overlay-camHint = Carte d'activation : zones approximatives qui plaident pour ce signe. Elle montre ce que le modèle regarde, pas où se trouve une maladie.
images-overlay-smooth = Lissée
images-overlay-low = faible
images-overlay-high = fort
images-overlay-legend = Couleurs relatives au point le plus fort de cette carte
images-overlay-empty = Rien dans cette image ne plaide pour ce signe : la carte est vide.
images-overlay-computing = Calcul de l'explication : { $finding }
images-overlay-cancel = Annuler
images-overlay-hide = Masquer
images-overlay-seen = Le cadre en pointillés est ce que voit le modèle.
images-overlay-failed = Aucune explication pour { $finding }.
images-overlay-shown = { $map } pour { $finding } : affichée sur l'image.
images-overlay-of = Pourquoi : { $finding }

images-export-heading = Exporter
images-export-csv = Enregistrer en CSV
images-export-json = Enregistrer en JSON
images-export-print = Imprimer cette image
images-export-count = { $count ->
    [one] { $count } résultat
   *[other] { $count } résultats
  }
images-export-unexported = { $count ->
    [one] { $count } résultat n'a pas encore été exporté ; il est perdu quand vous fermez la page.
   *[other] { $count } résultats n'ont pas encore été exportés ; ils sont perdus quand vous fermez la page.
  }
images-export-saved = { $name } a été enregistré.

images-print-heading = Résumé d'une image
images-print-file = Fichier
images-print-digest = SHA-256 du fichier
images-print-examined = Examinée
images-print-computed = Calculée avec
images-print-release = Version publiée
images-print-claim = Revendication
images-print-manifest = SHA-256 du manifeste
images-print-selfTest = Autotest
images-print-tools = Vérifiée avec
images-print-note = Remarque sur le fichier
images-print-picture = L'image
images-print-overlay = Avec superposition

## reading

reading-header = Ce que dit le fichier
reading-view = Incidence
reading-bodyPart = Partie du corps
reading-side = Côté
reading-age = Âge
reading-years = { $age } ans
reading-lateral = Le fichier dit qu'il s'agit d'une vue de profil ou oblique ({ $view }). Les modèles ne connaissent que les images de face.
reading-otherPart = Le fichier dit qu'il ne s'agit pas d'un thorax, mais de : { $part }. Les modèles ne connaissent que le thorax.
reading-child = Le fichier dit qu'il s'agit d'un enfant de { $age } ans. Les modèles ont été entraînés surtout sur des adultes.
reading-viewAlone = La luminosité, le contraste et cette inversion ne changent que la vue. Les modèles reçoivent l'image telle qu'elle est dans le fichier, ou telle qu'elle a été corrigée à la main.
reading-presets = Fenêtres
reading-own = Comme le fichier le propose
reading-all = Tous les niveaux
reading-dark = Zones sombres
reading-bright = Zones claires
reading-atDetector = au détecteur ; dans le corps c'est moins
reading-oblong = en largeur seulement : les pixels ne sont pas carrés

## many

many-table-open = Tableau
many-table-heading = Toutes les images et tous les résultats
many-table-hint = Valeurs sur l'échelle calibrée, où 0,5 est le point de fonctionnement ; en italique, la sortie du modèle quand un résultat n'en a pas. Le nom d'une colonne trie.
many-table-image = Cliché
many-table-status = État
many-table-filter = Afficher
many-table-search = Le nom contient
many-table-count = { $shown } sur { $all } images
many-table-none = Aucune image ne correspond à ce choix.
many-table-reached = atteint son point de fonctionnement
many-table-select = Afficher { $name }
many-table-kinds-all = Toutes
many-table-kinds-positive = Positives
many-table-kinds-negative = Aucun positif
many-table-kinds-refused = Refusées
many-table-kinds-failed = Échouées
many-table-kinds-waiting = Pas encore examinées
many-steps-heading = Aller à une image
many-steps-positive = Positives
many-steps-refused = Refusées
many-steps-positivePrevious = Image positive précédente
many-steps-positiveNext = Image positive suivante
many-steps-refusedPrevious = Image refusée précédente
many-steps-refusedNext = Image refusée suivante
many-steps-said = { $name } est affichée.
many-export-more = Autres formats, et pseudonymes
many-export-wide = CSV, une ligne par image
many-export-fhir = FHIR (fichier JSON)
many-export-overlay = Superposition en PNG
many-export-failed = L'export n'a pas pu être fait.
many-export-overlayFailed = Aucune superposition n'est affichée.
many-export-pseudonyms = Pseudonymes à la place des noms de fichiers
many-export-pseudonymsHint = Les noms de fichiers peuvent être des noms de patients. Chaque export et chaque impression porte alors un nom aléatoire pour chaque image. Seule la clé dit lequel est lequel : enregistrez-la avant de fermer la page, et gardez-la à part. L'empreinte d'un fichier l'identifie toujours pour qui possède le fichier.
many-export-key = Enregistrer la clé
many-export-keyUnsaved = La clé n'a pas encore été enregistrée ; elle est perdue quand vous fermez la page.
many-forget-heading = Ce qui est gardé sur cet appareil
many-forget-button = Supprimer tout ce qui est gardé sur cet appareil
many-forget-hint = Supprime votre accord, la langue et les choix, le résultat de l'autotest, et les fichiers de la page et des modèles. Les images et les résultats ne sont jamais gardés. La page est ensuite rechargée depuis son serveur.
many-forget-ask = Supprimer tout ce que cet outil garde sur cet appareil ? Les images et les résultats de cette page sont perdus aussi.
many-forget-failed = Tout n'a pas pu être supprimé. Supprimez les données de ce site dans les réglages du navigateur.

## findings

findings-heading = Signes
findings-empty = Les résultats apparaissent ici.
findings-waiting = Cette image attend son tour.
findings-working = Calcul en cours…
findings-computed = Calculé en { $seconds } s avec { $backend }.
findings-otherBackend = Ces chiffres viennent de { $then } ; la page calcule maintenant avec { $now }.

findings-labels-Atelectasis = Atélectasie
findings-labels-Consolidation = Condensation
findings-labels-Infiltration = Infiltrat
findings-labels-Pneumothorax = Pneumothorax
findings-labels-Edema = Œdème
findings-labels-Emphysema = Emphysème
findings-labels-Fibrosis = Fibrose
findings-labels-Effusion = Épanchement pleural
findings-labels-Pneumonia = Pneumonie
findings-labels-Pleural-Thickening = Épaississement pleural
findings-labels-Cardiomegaly = Cardiomégalie
findings-labels-Nodule = Nodule pulmonaire
findings-labels-Mass = Masse
findings-labels-Hernia = Hernie

findings-sort = Ordre
findings-byValue = par valeur
findings-fixed = fixe
findings-finding = Signe
findings-calibrated = Calibré
findings-output = Sortie
findings-explain = Expliquer
findings-explainOne = Expliquer { $finding }
findings-calibratedCaption = De 0 à 1. La ligne à 0,5 est le seuil de décision de chaque signe, déterminé sur { $dataset } ; de là jusqu'à { $uncertainTo }, hachuré, un signe est incertain. Ce n'est pas un diagnostic.
findings-uncalibratedHeading = Sans seuil de décision
findings-uncalibratedBeside = Pour ces signes, aucun seuil de décision n'est connu. La sortie du modèle, de 0 à 1, est sur une autre échelle et n'est pas un diagnostic.
findings-uncalibratedAlone = Cette version n'a pas de seuils de décision. La sortie du modèle pour chaque signe, de 0 à 1, n'est pas calibrée et n'est pas un diagnostic.

findings-standing-below = sous le seuil de décision
findings-standing-uncertain = au-dessus du seuil de décision, incertain
findings-standing-uncertainAt = au seuil de décision, incertain
findings-standing-above = au-dessus du seuil de décision
findings-standing-none = pas de seuil de décision : { $reason }

findings-noPoint-no-positive-image = aucune image positive
findings-noPoint-no-negative-image = aucune image négative
findings-noPoint-no-threshold-is-better-than-chance = aucun seuil ne fait mieux que le hasard
findings-noPoint-the-best-threshold-is-0-or-1 = le meilleur seuil est 0 ou 1

findings-raw = Tous les chiffres
findings-rawOutput = Sortie du modèle
findings-rawCalibrated = Calibré
findings-rawPoint = Seuil de décision

findings-check-heading = L'image convient-elle aux modèles ?
findings-check-accepted = Assez proche des images d'entraînement.
findings-check-refused = Pas assez proche des images d'entraînement : aucune prédiction.

findings-check-refusedAs-too-small = Trop petite : aucune prédiction.
findings-check-refusedAs-too-dark = Trop sombre : aucune prédiction.
findings-check-refusedAs-too-bright = Trop claire : aucune prédiction.
findings-check-refusedAs-no-contrast = Presque aucun contraste : aucune prédiction.
findings-check-refusedAs-lateral = Ressemble à une vue de profil : aucune prédiction.
findings-check-refusedAs-turned-clockwise = Semble tournée de 90° dans le sens horaire : la tourner ?
findings-check-refusedAs-turned-180 = Semble tournée de 180° : la tourner ?
findings-check-refusedAs-turned-counter-clockwise = Semble tournée de 90° dans le sens antihoraire : la tourner ?
findings-check-refusedAs-upside-down = Semble retournée de haut en bas : la retourner ?
findings-check-refusedAs-inverted = Semble inversée : MONOCHROME1 ?
findings-check-refusedAs-not-frontal = Pas une radiographie thoracique de face : aucune prédiction.
findings-check-refusedAs-unlike = Pas assez proche des images d'entraînement : aucune prédiction.

findings-check-notRun = Le classifieur n'a pas été exécuté sur cette image.

findings-check-advice-too-small = Exportez-la avec plus de pixels ; une vignette ou une capture d'écran ne suffit pas.
findings-check-advice-too-dark = Exportez-la avec la luminosité à laquelle elle est lue.
findings-check-advice-too-bright = Exportez-la avec la luminosité à laquelle elle est lue.
findings-check-advice-no-contrast = Exportez-la avec le contraste auquel elle est lue.
findings-check-advice-lateral = Le classifieur ne connaît que les images de face, de l'avant ou de l'arrière.
findings-check-advice-turned-clockwise = Ramenez-la de 90° dans le sens antihoraire et ouvrez-la de nouveau.
findings-check-advice-turned-180 = Tournez-la de 180° et ouvrez-la de nouveau.
findings-check-advice-turned-counter-clockwise = Ramenez-la de 90° dans le sens horaire et ouvrez-la de nouveau.
findings-check-advice-upside-down = Retournez-la et ouvrez-la de nouveau ; la gauche et la droite doivent rester où elles sont.
findings-check-advice-inverted = Les os devraient être blancs. Si le fichier indique à tort MONOCHROME1 ou MONOCHROME2, exportez-le de nouveau ou inversez-le.
findings-check-advice-not-frontal = Elle montre peut-être une autre partie du corps, n'est pas une radiographie ou est coupée. Le contrôle peut se tromper.
findings-check-advice-unlike = Est-ce une radiographie thoracique de face, droite, non coupée et non inversée ?

findings-check-none = Non comparée aux images d'entraînement.
findings-check-noneReason = Cette version ne reconnaît pas les images différentes de celles sur lesquelles les modèles ont été entraînés. Pour une telle image, les chiffres ne signifient rien.
findings-check-refusedReason = Le classifieur n'a pas été exécuté sur cette image. Est-ce une radiographie thoracique de face, droite, non coupée et non inversée ?
findings-check-bySite = Seuil fixé par { $site } ; combien de bonnes images il refuse n'est pas connu ici.
findings-check-ruleRate = Toutes les conditions ensemble refusent { $refused } images sur { $images } de { $dataset }.
findings-check-rate = Ce seuil refuse { $refused } images sur { $images } de { $dataset }.

findings-check-scores-ssim = Ressemblance avec sa reconstruction (SSIM)
findings-check-scores-l1 = Différence moyenne avec sa reconstruction (L1)
findings-check-scores-l2 = Différence quadratique moyenne avec sa reconstruction (L2)
findings-check-scores-latent = Distance au carré de son vecteur latent au centre
findings-check-scores-view = Probabilité de la vue
findings-check-scores-shorter-side = Petit côté en pixels
findings-check-scores-mean-level = Luminosité moyenne, de 0 noir à 1 blanc
findings-check-scores-contrast = Contraste, écart type de la luminosité

findings-check-ofView = Probabilité que la vue soit : { $view }

findings-check-views-frontal = de face, droite
findings-check-views-lateral = de profil
findings-check-views-turned-90-clockwise = tournée de 90° dans le sens horaire
findings-check-views-turned-180 = tournée de 180°
findings-check-views-turned-90-counter-clockwise = tournée de 90° dans le sens antihoraire
findings-check-views-upside-down-mirrored = retournée de haut en bas
findings-check-views-inverted = inversée
findings-check-views-other = autre chose

findings-check-all = Toutes les conditions
findings-check-holds = remplie
findings-check-fails = non remplie
findings-check-unneeded = non calculée : refusée avant
findings-check-atLeast = au moins { $limit } nécessaire
findings-check-atMost = au plus { $limit } permis
findings-check-image = L'image
findings-check-reconstruction = Sa reconstruction
findings-check-error = Erreur en rouge
findings-check-errorLabel = Erreur de la reconstruction, en rouge sur l'image : au plus { $percent } de l'étendue du noir au blanc
findings-check-show = Afficher l'erreur sur l'image
findings-check-details = Image, reconstruction, erreur

findings-failed = Ce fichier n'a donné aucun résultat.

## about

about-heading = À propos de cet outil
about-purpose = Un outil de recherche gratuit d'après un prototype publié : il montre aux professionnels de santé ce que les réseaux de neurones peuvent et ne peuvent pas faire avec des radiographies thoraciques. Ce n'est pas un dispositif médical.
about-privacyHeading = Confidentialité et hébergement
about-privacy = Les images, les résultats et les réglages ne quittent jamais cet appareil. La politique de sécurité de la page ne lui permet de contacter que le serveur dont elle vient, et elle ne lui demande que ses propres fichiers. Il n'y a ni cookies, ni comptes, ni statistiques. L'exploitant du serveur voit, comme pour toute page, que ses fichiers ont été demandés.

about-offline-storing = La page est en cours d'enregistrement pour un usage sans connexion.
about-offline-ready = La page fonctionne sans connexion.
about-offline-unsupported = Ce navigateur ne garde pas la page pour un usage sans connexion.
about-offline-failed = La page n'a pas pu être enregistrée pour un usage sans connexion.

about-unstored-unavailable = Ce navigateur ne garde aucun modèle ; ils sont rechargés à chaque visite.
about-unstored-full = Il n'y a pas assez de place sur cet appareil pour garder tous les modèles.

about-stored = Sur cet appareil sont gardés : votre accord, la langue, le fait que l'autotest a réussi et avec quoi, ainsi que les fichiers de la page et des modèles.
about-selfTest = Autotest
about-selfTestHeading = Autotest sur cet appareil
about-selfTestText = Avant la première image, des entrées enregistrées sont calculées ici et comparées aux résultats de { $reference }.
about-passed = réussi
about-failed = échoué
about-passedOn = Réussi avec { $backend }, { $cases } cas.
about-failedOn = Échoué avec { $backend }.
about-notFinished = Il n'a pas pu être terminé : { $why }
about-remembered = D'une visite précédente avec la même version, le même navigateur et le même appareil.
about-made = { $date } ({ $seconds } s)
about-again = Refaire l'autotest
about-running = Test en cours : { $done } sur { $total }

about-columns-model = Modèle
about-columns-output = Sortie
about-columns-measure = Mesure
about-columns-cases = Cas
about-columns-worst = Pire
about-columns-limit = Limite
about-columns-result = Résultat

about-measures-max-abs = plus grande différence
about-measures-relative-l2 = différence relative (L2)
about-measures-cosine = direction (cosinus)
about-measures-input-bytes = valeurs de l'entrée préparée qui diffèrent
about-measures-not-finite = cas avec des valeurs qui ne sont pas des nombres
about-measures-constant = cas avec une seule et même valeur

about-atLeast = au moins { $limit }
about-atMost = au plus { $limit }
about-modelsHeading = Modèles
about-card = Fiche du modèle : { $model }
about-noCard = pas de fiche du modèle

about-kinds-classifier = classifieur
about-kinds-autoencoder = autoencodeur
about-kinds-view = contrôle de la vue
about-kinds-explanation = explication du signe
about-kinds-other = modèle

about-labelsCount = { $count } signes
about-releaseHeading = Version et preuves
about-releaseText = Les modèles ont été convertis et comparés à { $reference } dans de vrais navigateurs avant leur publication.

about-claim-nobody = Personne ne revendique cette version : elle ne nomme ni éditeur ni clé.
about-claim-who = { $name } revendique cette version. Empreinte de la clé :
about-claim-judged = Jugée le { $date }, verdict { $verdict }.
about-claim-key = Clé publique
about-claim-trust = Qui peut remplacer cette page peut lui faire dire n'importe quoi, ceci aussi. À qui se fier se décide ailleurs : comparez l'empreinte à celle que l'éditeur a fait connaître par un autre moyen, et faites vérifier la version par « xport verify ADRESSE --key FICHIER ».

about-notes = À côté du verdict sur cette version, dans les termes de son rapport :
about-report = Rapport de la comparaison
about-evidence = Preuves (JSON)
about-digest = SHA-256 du manifeste
about-versions = Logiciels
about-licences = Licences d'utilisation
about-deviceHeading = Cet appareil
about-computeOn = Calculer avec
about-fastest = le plus rapide
about-computeOnHint = Parmi ce sur quoi la version a été vérifiée, et seulement si l'autotest réussit ici. Un changement recharge et teste de nouveau les modèles ; les résultats restent.
about-runsOn = Calculé avec
about-renderer = Graphique
about-precision = Précision
about-bits = mantisse de { $bits } bits
about-threads = Fils d'exécution
about-memory = Mémoire des modèles
about-tried = Essayés auparavant
about-diagnostics = Enregistrer le diagnostic technique
about-diagnosticsText = Un fichier sur ce navigateur, les moyens de calcul essayés et l'autotest, sans images ni résultats.

## corrections

corrections-heading = Corriger, puis redemander
corrections-tools = Corriger l'image, pour les modèles aussi
corrections-explained = Tourne, retourne, inverse ou recadre l'image que reçoivent les modèles. L'image est examinée de nouveau, et chaque export le dit.
corrections-left = Tourner dans le sens antihoraire
corrections-right = Tourner dans le sens horaire
corrections-mirror = Miroir : échange la gauche et la droite
corrections-invert = Inverser pour les modèles aussi
corrections-crop = Recadrer au bord du film
corrections-undo = Annuler toutes les corrections
corrections-remedies-turned-clockwise = La ramener de 90° et redemander
corrections-remedies-turned-180 = La tourner de 180° et redemander
corrections-remedies-turned-counter-clockwise = La ramener de 90° et redemander
corrections-remedies-upside-down = La retourner de haut en bas et redemander
corrections-remedies-inverted = L'inverser et redemander
corrections-remedies-crop = Recadrer au bord du film et redemander
corrections-done-crop-border = recadrée au bord du film
corrections-done-turn-90 = tournée de 90° dans le sens horaire
corrections-done-turn-180 = tournée de 180°
corrections-done-turn-270 = tournée de 90° dans le sens antihoraire
corrections-done-mirror = en miroir (gauche et droite échangées)
corrections-done-invert = inversée
corrections-said = Corrigée à la main avant que les modèles ne la voient : { $what }. Ce n'est pas l'image telle que la contient son fichier.
corrections-label = Corrigée à la main
